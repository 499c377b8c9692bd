package io.assent.benchmarks.checkout;

import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.system.MeasuredService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The books of a variant's services and, at the end, whether its setting had its effect. For one thread. */
final class VariantAudit implements Audit {

    private final Books books;
    private final Variant.Setting setting;
    private final @Nullable MeasuredService coordinator;
    private final List<MeasuredService> services;
    private long committed;

    /** @param coordinator null: there is none */
    VariantAudit(
            Books books,
            Variant.Setting setting,
            @Nullable MeasuredService coordinator,
            List<MeasuredService> services) {
        this.books = books;
        this.setting = setting;
        this.coordinator = coordinator;
        this.services = List.copyOf(services);
    }

    @Override
    public void settle() throws InterruptedException {
        books.settle();
    }

    @Override
    public void verify(Slice slice) {
        books.verify(slice);
        committed += slice.committed();
    }

    @Override
    public List<String> conclude() throws InterruptedException {
        return setting.conclude(coordinator, services, committed);
    }
}
