package io.assent.benchmarks.checkout;

import io.assent.benchmarks.load.Operation;
import io.assent.benchmarks.system.CpuMeter;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is loaded and watched.
 *
 * @param operation what a client does again and again
 * @param audit whether it was done
 * @param services the CPU time of the order and the payment service
 * @param coordinator the CPU time of what coordinates them, its log's PostgreSQL excepted
 * @param counting the addresses of Spring Boot applications that count the HTTP requests which they serve; empty: nobody does
 * @param key that they want for telling it; null: none
 */
public record Subject(
        Operation operation,
        Audit audit,
        CpuMeter services,
        CpuMeter coordinator,
        List<URI> counting,
        @Nullable String key) {

    /** One whose processes ask nobody who they are. */
    public Subject(Operation operation, Audit audit, CpuMeter services, CpuMeter coordinator, List<URI> counting) {
        this(operation, audit, services, coordinator, counting, null);
    }

    public Subject {
        counting = List.copyOf(counting);
    }
}
