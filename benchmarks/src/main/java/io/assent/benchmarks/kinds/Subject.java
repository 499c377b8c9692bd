package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.load.Work;
import io.assent.benchmarks.system.CpuMeter;

/**
 * What is loaded and watched.
 *
 * @param flow what the client does
 * @param work the call that does the work
 * @param service the CPU time of the service
 * @param stores the CPU time of what it stores data in, besides the two PostgreSQL servers
 */
record Subject(Flow flow, Work work, CpuMeter service, CpuMeter stores) {}
