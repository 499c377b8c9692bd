package io.assent.participant.engine;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The ids of what a thread works for, in every line that it logs until this is closed, the application's own lines included.
 * To be closed by the thread that opened it.
 */
public final class LogIds implements AutoCloseable {

    /** Not just "transaction": Elastic's common schema has that for something else. */
    public static final String TRANSACTION = "assent.transaction";

    public static final String BRANCH = "assent.branch";

    private final @Nullable String transactionBefore;
    private final @Nullable String branchBefore;

    private LogIds() {
        transactionBefore = MDC.get(TRANSACTION);
        branchBefore = MDC.get(BRANCH);
    }

    public static LogIds of(TransactionId transaction, BranchId branch) {
        LogIds ids = new LogIds();
        MDC.put(TRANSACTION, transaction.toString());
        MDC.put(BRANCH, branch.value());
        return ids;
    }

    @Override
    public void close() {
        restore(TRANSACTION, transactionBefore);
        restore(BRANCH, branchBefore);
    }

    private static void restore(String key, @Nullable String before) {
        if (before == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, before);
        }
    }
}
