package io.assent.benchmarks.system;

import io.assent.demo.process.SupervisedProcess;
import java.net.URI;

/**
 * A process that works for transactions.
 *
 * @param url its address, without a slash at the end
 */
public record MeasuredService(SupervisedProcess process, URI url) {

    public CpuMeter cpu() {
        return CpuMeter.of(process.pid());
    }
}
