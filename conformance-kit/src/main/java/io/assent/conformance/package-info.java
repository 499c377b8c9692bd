/** The command line of the conformance kit, and what participants' and coordinators' cases have in common. */
@NullMarked
package io.assent.conformance;

import org.jspecify.annotations.NullMarked;
