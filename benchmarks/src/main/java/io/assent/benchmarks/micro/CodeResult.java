package io.assent.benchmarks.micro;

/**
 * What one piece of code costs each time.
 *
 * @param name class and method of the benchmark
 * @param nanos time in nanoseconds
 * @param error half of the 99.9 % confidence interval of {@code nanos}; NaN: too few iterations to tell
 * @param bytes allocated
 */
record CodeResult(String name, double nanos, double error, double bytes) {}
