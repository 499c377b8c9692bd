/** A real, durable PostgreSQL out of Maven artifacts: unpacked, initialised, started, adopted and stopped. */
@NullMarked
package io.assent.embeddedpostgres;

import org.jspecify.annotations.NullMarked;
