/**
 * The outside: a company that keeps loyalty points. It knows nothing of Assent, has a database of its own in which nothing is ever
 * prepared, and offers what payment providers offer: reserve, capture, void, each repeatable by its idempotency key.
 */
@NullMarked
package io.assent.sample.points.provider;

import org.jspecify.annotations.NullMarked;
