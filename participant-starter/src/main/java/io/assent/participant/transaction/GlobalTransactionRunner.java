package io.assent.participant.transaction;

import io.assent.participant.GlobalTransactionOutcomeUnknownException;
import io.assent.participant.GlobalTransactionRefusedException;
import io.assent.participant.GlobalTransactionRolledBackException;
import io.assent.participant.GlobalTransactionTemplate;
import io.assent.participant.engine.Admission;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.Initiator;
import io.assent.participant.engine.LogIds;
import io.assent.participant.protocol.BranchPhase;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Runs work in a global transaction: its own branch is a local transaction around the whole of it. Thread-safe. */
public final class GlobalTransactionRunner implements GlobalTransactionTemplate {

    private static final Logger log = LoggerFactory.getLogger(GlobalTransactionRunner.class);

    /** The shortest timeout that the coordinator accepts. */
    public static final Duration MIN_TIMEOUT = Duration.ofMillis(100);

    /** The longest lifetime of a transaction, by default, at the coordinator. */
    public static final Duration MAX_TIMEOUT = Duration.ofHours(1);

    private static final int MAX_NAME_LENGTH = 128;

    private final Initiator initiator;
    private final Supplier<@Nullable PlatformTransactionManager> transactionManager;
    private final Duration defaultTimeout;
    private final Admission admission;

    /**
     * @param admission whether one more may start
     * @param transactionManager of the participant's DataSource; null if there is none
     */
    public GlobalTransactionRunner(
            Initiator initiator,
            Admission admission,
            Supplier<@Nullable PlatformTransactionManager> transactionManager,
            Duration defaultTimeout) {
        this.initiator = initiator;
        this.admission = admission;
        this.transactionManager = transactionManager;
        this.defaultTimeout = defaultTimeout;
    }

    /** The timeout of transactions that name none. */
    Duration defaultTimeout() {
        return defaultTimeout;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T execute(Callback<T, X> callback) throws X {
        return execute("template", defaultTimeout, callback);
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T execute(
            String name, Duration timeout, Callback<T, X> callback) throws X {
        check(name, timeout);
        GlobalTransactionContext joined = CurrentTransaction.get();
        if (joined != null) {
            return join(joined, callback);
        }
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("A local transaction is active that does not belong to a global one."
                    + " @GlobalTransactional has to be the outermost: put it where the local transaction begins, it opens"
                    + " one by itself.");
        }
        return initiate(name, timeout, callback);
    }

    /** Within a global transaction: an ordinary REQUIRED transaction; whoever started the global one decides. */
    private <T extends @Nullable Object, X extends Throwable> T join(
            GlobalTransactionContext context, Callback<T, X> callback) throws X {
        try {
            return inLocalTransaction(callback);
        } catch (RollbackAtCommit e) {
            context.setRollbackOnly("failed with " + describe(e.cause()));
            throw e.cause();
        } catch (Throwable e) {
            context.setRollbackOnly("failed with " + describe(e));
            throw e;
        }
    }

    private <T extends @Nullable Object, X extends Throwable> T initiate(
            String name, Duration timeout, Callback<T, X> callback) throws X {
        Admission.Permit permit;
        try {
            permit = admission.start();
        } catch (Admission.RefusedException e) {
            throw new GlobalTransactionRefusedException(String.valueOf(e.getMessage()), e);
        }
        try (permit) {
            return admitted(permit, name, timeout, callback);
        }
    }

    private <T extends @Nullable Object, X extends Throwable> T admitted(
            Admission.Permit permit, String name, Duration timeout, Callback<T, X> callback) throws X {
        GlobalTransactionContext context = initiator.begin(timeout);
        try (LogIds ids = LogIds.of(context.id(), context.branch())) {
            return begun(context, permit, name, callback);
        }
    }

    private <T extends @Nullable Object, X extends Throwable> T begun(
            GlobalTransactionContext context, Admission.Permit permit, String name, Callback<T, X> callback) throws X {
        T result;
        CurrentTransaction.set(context);
        try {
            // The callback's own failure must reach the caller as it is, the framework's as ours.
            result = inLocalTransaction(callback);
        } catch (Throwable e) {
            context.endCalls();
            if (e instanceof RollbackAtCommit failure && context.own().phase() == BranchPhase.COMMIT_UNKNOWN) {
                // A rollback request would make the coordinator say what may not be true.
                initiator.leave(context);
                throw new GlobalTransactionOutcomeUnknownException(
                        context.id(),
                        "nobody but this service had written, and the reply to its own COMMIT was lost, so the"
                                + " coordinator does not know either: look into this service's database ("
                                + describe(failure.cause()) + ")",
                        failure.cause());
            }
            String reason = context.rollbackReason();
            boolean doomedBefore = reason != null;
            try {
                initiator.rollback(context, doomedBefore ? String.valueOf(reason) : "failed with " + describe(e));
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            if (e instanceof RollbackAtCommit failure) {
                throw new GlobalTransactionRolledBackException(
                        context.id(),
                        doomedBefore ? String.valueOf(reason) : describe(failure.cause()),
                        // A constraint would be met again.
                        !(failure.cause() instanceof NonTransientDataAccessException),
                        failure.cause());
            }
            throw e;
        } finally {
            CurrentTransaction.clear();
        }
        permit.worked();
        CoordinatorClient.CommitAnswer answer = initiator.commit(context, name);
        return switch (answer.told()) {
            case COMMITTED -> {
                log.debug("Transaction {} committed: {}", context.id(), answer.detail());
                yield result;
            }
            case ROLLED_BACK ->
                throw new GlobalTransactionRolledBackException(context.id(), answer.detail(), answer.retryable(), null);
            case UNKNOWN -> throw new GlobalTransactionOutcomeUnknownException(context.id(), answer.detail(), null);
        };
    }

    private <T extends @Nullable Object, X extends Throwable> T inLocalTransaction(Callback<T, X> callback) throws X {
        PlatformTransactionManager manager = transactionManager.get();
        if (manager == null) {
            return callback.run();
        }
        TransactionStatus status =
                manager.getTransaction(new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRED));
        T result;
        try {
            result = callback.run();
        } catch (Throwable e) {
            try {
                manager.rollback(status);
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        boolean outermost = status.isNewTransaction();
        try {
            manager.commit(status);
        } catch (RuntimeException e) {
            throw outermost ? new RollbackAtCommit(e) : e;
        }
        return result;
    }

    private static void check(String name, Duration timeout) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("The name of a global transaction has 1 to " + MAX_NAME_LENGTH
                    + " characters, not " + name.length() + ".");
        }
        if (timeout.compareTo(MIN_TIMEOUT) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "The timeout of a global transaction is 100 ms to 1 h, not " + timeout + ".");
        }
    }

    private static String describe(Throwable e) {
        String message = e.getMessage();
        String text =
                message == null ? e.getClass().getSimpleName() : e.getClass().getSimpleName() + ": " + message;
        return text.length() > 300 ? text.substring(0, 300) : text;
    }

    /** The work returned, the local commit did not: never leaves this class. */
    private static final class RollbackAtCommit extends RuntimeException {

        private final RuntimeException failure;

        RollbackAtCommit(RuntimeException failure) {
            super(failure);
            this.failure = failure;
        }

        RuntimeException cause() {
            return failure;
        }
    }
}
