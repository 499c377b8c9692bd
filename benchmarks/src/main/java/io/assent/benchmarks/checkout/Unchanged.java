package io.assent.benchmarks.checkout;

import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Assent once more, with nothing changed. What it differs by is the error of the comparisons with the other variants. */
final class Unchanged implements Variant {

    @Override
    public String suffix() {
        return "again";
    }

    @Override
    public String description() {
        return "with nothing changed: what it differs by is the error of such a comparison";
    }

    @Override
    public Setting prepare(BenchSystem system, Workload workload) {
        return new Setting() {
            @Override
            public Map<String, String> service(String process) {
                return Map.of();
            }

            @Override
            public Map<String, String> coordinator(String process) {
                return Map.of();
            }

            @Override
            public List<String> conclude(
                    @Nullable MeasuredService coordinator, List<MeasuredService> services, long committed) {
                return List.of();
            }
        };
    }
}
