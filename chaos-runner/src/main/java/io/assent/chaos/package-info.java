/** Breaks the system in every listed way and tells whether anything was lost. Never part of what users run. */
@org.jspecify.annotations.NullMarked
package io.assent.chaos;
