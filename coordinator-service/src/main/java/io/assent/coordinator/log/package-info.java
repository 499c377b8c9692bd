/** The decision log in PostgreSQL: group-committed conditional writes in explicit SQL, and reading through Spring Data. */
@NullMarked
package io.assent.coordinator.log;

import org.jspecify.annotations.NullMarked;
