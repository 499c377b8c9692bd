/** The system as processes: PostgreSQL, the coordinator and the two sample services, wired to each other. */
@NullMarked
package io.assent.demo.system;

import org.jspecify.annotations.NullMarked;
