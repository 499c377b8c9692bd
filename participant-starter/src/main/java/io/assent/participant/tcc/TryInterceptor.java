package io.assent.participant.tcc;

import io.assent.participant.GlobalTransactionTemplate;
import io.assent.participant.TryConfirmCancel;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.CurrentReservation;
import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.LateBranches;
import io.assent.participant.postgres.ReservationLog;
import io.assent.participant.transaction.GlobalTransactionalInterceptor;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * Records a reservation durably, then lets the try run, in the branch's local transaction. If the reservation was cancelled
 * meanwhile, which only happens when the deadline is long past, the record is made again: the outside may have heard the
 * cancel before the try.
 */
public final class TryInterceptor extends StaticMethodMatcherPointcutAdvisor {

    /** Any: within a global transaction the template's timeout is not used. */
    private static final Duration JOINED = Duration.ofSeconds(10);

    private final transient Parts parts;

    /**
     * What it works with; asked for at the first call, since advisors are made before most other beans.
     *
     * @param template joins the local transaction, or begins it
     * @param dataSource the application's, of the branches' main database
     */
    public record Parts(
            Supplier<GlobalTransactionTemplate> template,
            Supplier<Reservations> reservations,
            Supplier<ReservationMethods> methods,
            Supplier<LateBranches> late,
            Supplier<DataSource> dataSource) {}

    public TryInterceptor(Parts parts) {
        this.parts = parts;
        // Within @GlobalTransactional and outside of @Transactional, like a call that joins.
        setOrder(GlobalTransactionalInterceptor.ORDER + 500);
        setAdvice((MethodInterceptor) this::run);
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return annotation(method, targetClass) != null;
    }

    private static @Nullable TryConfirmCancel annotation(Method method, @Nullable Class<?> type) {
        return AnnotatedElementUtils.findMergedAnnotation(
                AopUtils.getMostSpecificMethod(method, type), TryConfirmCancel.class);
    }

    // NullAway does not look into generics: T is @Nullable Object here, and a void method returns null.
    @SuppressWarnings("NullAway")
    private @Nullable Object run(MethodInvocation invocation) throws Throwable {
        Class<?> type = invocation.getThis() == null ? null : AopUtils.getTargetClass(invocation.getThis());
        Method method = AopUtils.getMostSpecificMethod(invocation.getMethod(), type);
        String name = ReservationMethods.nameOf(
                method, Objects.requireNonNull(annotation(invocation.getMethod(), type), "matched without annotation"));
        GlobalTransactionContext call = CurrentTransaction.get();
        if (call == null) {
            throw new IllegalStateException(
                    name + " makes a reservation, which needs a global transaction to end it: call"
                            + " it in a work call, or below @GlobalTransactional.");
        }
        return parts.template()
                .get()
                .<@Nullable Object, Throwable>execute(name, JOINED, () -> reserve(call, name, invocation));
    }

    private @Nullable Object reserve(GlobalTransactionContext call, String name, MethodInvocation invocation)
            throws Throwable {
        GlobalTransactionContext branch = parts.late().get().branchOf(call);
        String reason = branch.rollbackReason();
        if (reason != null) {
            throw new IllegalStateException(
                    "Transaction " + call.id() + ", branch " + branch.branch() + " can only roll back: " + reason);
        }
        Reservations reservations = parts.reservations().get();
        ReservationLog.Row row = new ReservationLog.Row(
                UUID.randomUUID(),
                branch.id(),
                branch.branch(),
                branch.ref(),
                name,
                parts.methods().get().write(name, invocation.getArguments()),
                Duration.ZERO);
        touchLocalTransaction();
        reservations.tries().begin(branch.ref());
        try {
            branch.reservedFor(branch.ref());
            call.reservedFor(branch.ref());
            if (!reservations.log().record(row)) {
                throw new IllegalStateException("Transaction " + call.id() + ", branch " + branch.branch()
                        + ": rolled back while the call ran; nothing was reserved");
            }
            return attempt(reservations, row, invocation);
        } finally {
            reservations.tries().end(branch.ref());
        }
    }

    private static @Nullable Object attempt(
            Reservations reservations, ReservationLog.Row row, MethodInvocation invocation) throws Throwable {
        UUID outer = CurrentReservation.get();
        CurrentReservation.set(row.key());
        try {
            Object result = invocation.proceed();
            requireOpen(reservations, row);
            return result;
        } catch (Throwable e) {
            recordAgainIfCancelled(reservations, row, e);
            throw e;
        } finally {
            CurrentReservation.set(outer);
        }
    }

    /** Without a statement of the local transaction some frameworks would not commit it, and the branch not be prepared. */
    private void touchLocalTransaction() throws SQLException {
        DataSource dataSource = parts.dataSource().get();
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            ReservationLog.touch(connection);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    private static void requireOpen(Reservations reservations, ReservationLog.Row row) {
        if (!reservations.log().remains(row.key())) {
            throw new IllegalStateException("Transaction " + row.transaction() + ", branch " + row.branch()
                    + ": reservation " + row.key() + " was cancelled while its try ran, and will be once more");
        }
    }

    private static void recordAgainIfCancelled(Reservations reservations, ReservationLog.Row row, Throwable failure) {
        try {
            if (!reservations.log().remains(row.key())) {
                reservations.log().recordAgain(row);
            }
        } catch (BranchResourceException e) {
            failure.addSuppressed(e);
        }
    }
}
