/** A TCP proxy that knows HTTP and PostgreSQL messages by name, and can lose, hold, double or spoil any one of them. */
@NullMarked
package io.assent.chaos.proxy;

import org.jspecify.annotations.NullMarked;
