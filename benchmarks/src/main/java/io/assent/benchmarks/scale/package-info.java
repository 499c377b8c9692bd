/** How Assent grows: with clients, coordinators and logs, and with transactions that are open or in doubt. */
@NullMarked
package io.assent.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
