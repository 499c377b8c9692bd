/** Measures whether a participant that does not answer is felt by transactions that do not touch it. */
@org.jspecify.annotations.NullMarked
package io.assent.chaos.isolation;
