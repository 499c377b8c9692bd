/** For the tests of services that take part in global transactions: a real coordinator, a real PostgreSQL, failures on demand. */
@NullMarked
package io.assent.participant.test;

import org.jspecify.annotations.NullMarked;
