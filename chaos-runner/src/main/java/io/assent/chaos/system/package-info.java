/** The system that is broken on purpose: two coordinators, their log, some banks and their databases, as real processes. */
@org.jspecify.annotations.NullMarked
package io.assent.chaos.system;
