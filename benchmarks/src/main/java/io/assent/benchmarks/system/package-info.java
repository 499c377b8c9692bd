/** What is measured: PostgreSQL servers, a coordinator and services as processes of their own, and what they use. */
@NullMarked
package io.assent.benchmarks.system;

import org.jspecify.annotations.NullMarked;
