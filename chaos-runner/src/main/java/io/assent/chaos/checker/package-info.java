/**
 * Tells from histories, databases and traces whether the invariants I1 to I15 held. Shares no code with the system that it
 * judges: what it knows of tables and files is written down here once more.
 */
@org.jspecify.annotations.NullMarked
package io.assent.chaos.checker;
