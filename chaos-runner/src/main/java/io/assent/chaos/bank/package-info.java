/** The bank test: transfers between banks under a schedule of faults, with everything written down that a checker needs. */
@org.jspecify.annotations.NullMarked
package io.assent.chaos.bank;
