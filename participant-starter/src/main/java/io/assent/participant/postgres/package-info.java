/** The direct path: marker row, PREPARE TRANSACTION and its ends on one PostgreSQL. */
@NullMarked
package io.assent.participant.postgres;

import org.jspecify.annotations.NullMarked;
