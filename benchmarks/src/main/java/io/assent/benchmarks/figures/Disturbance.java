package io.assent.benchmarks.figures;

/**
 * What else happened on the machine during the rounds.
 *
 * @param loadBefore runnable processes, averaged over the minute before the run; NaN: not known
 * @param loadAfter the same at the end of the rounds, the run's own included; NaN: not known
 * @param stealPercent of the processors' time, taken by other virtual machines; NaN: not known
 * @param otherProcessors how many processors other programs kept busy on average; NaN: not known
 */
public record Disturbance(double loadBefore, double loadAfter, double stealPercent, double otherProcessors) {}
