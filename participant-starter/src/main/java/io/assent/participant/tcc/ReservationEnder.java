package io.assent.participant.tcc;

import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.CurrentReservation;
import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.postgres.ReservationLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Confirms and cancels: the application's method and the deletion of the reservation's row in one local transaction, outside of any
 * global one. Thread-safe.
 */
public final class ReservationEnder {

    private static final Logger log = LoggerFactory.getLogger(ReservationEnder.class);

    private final ReservationLog reservations;
    private final ReservationMethods methods;
    private final Supplier<DataSource> dataSource;
    private final Supplier<PlatformTransactionManager> transactionManager;

    /** @param dataSource the application's, of the branches' main database */
    public ReservationEnder(
            ReservationLog reservations,
            ReservationMethods methods,
            Supplier<DataSource> dataSource,
            Supplier<PlatformTransactionManager> transactionManager) {
        this.reservations = reservations;
        this.methods = methods;
        this.dataSource = dataSource;
        this.transactionManager = transactionManager;
    }

    /**
     * Returns when the reservation is over, whoever has ended it.
     *
     * @param confirm true: confirm, false: cancel
     * @throws BranchResourceException if it is not known to be over
     */
    void end(ReservationLog.Row row, boolean confirm) {
        String verb = confirm ? "confirm" : "cancel";
        TransactionTemplate transaction = new TransactionTemplate(transactionManager.get());
        transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        GlobalTransactionContext suspended = CurrentTransaction.get();
        CurrentTransaction.clear();
        CurrentReservation.set(row.key());
        boolean done;
        try {
            done = Boolean.TRUE.equals(transaction.execute(status -> inTransaction(row, confirm)));
        } catch (RuntimeException e) {
            Throwable why = e instanceof Failed && e.getCause() != null ? e.getCause() : e;
            log.warn(
                    "Transaction {}, branch {}: {} of reservation {} ({}) failed; it is repeated with the next order or sweep",
                    row.transaction(),
                    row.branch(),
                    verb,
                    row.key(),
                    row.name(),
                    why);
            throw new BranchResourceException(
                    verb + " of reservation " + row.key() + " (" + row.name() + ") failed: " + why, e);
        } finally {
            CurrentReservation.set(null);
            if (suspended != null) {
                CurrentTransaction.set(suspended);
            }
        }
        if (!done && reservations.isOpen(row.key())) {
            throw new BranchResourceException(
                    "reservation " + row.key() + " (" + row.name() + ") is being ended elsewhere");
        }
    }

    private Boolean inTransaction(ReservationLog.Row row, boolean confirm) {
        DataSource source = dataSource.get();
        Connection connection = DataSourceUtils.getConnection(source);
        try {
            if (!ReservationLog.lock(connection, row.key())) {
                return false;
            }
            methods.run(row.name(), row.arguments(), confirm);
            ReservationLog.delete(connection, row.key());
            return true;
        } catch (SQLException e) {
            throw new Failed(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new Failed(e);
        } finally {
            DataSourceUtils.releaseConnection(connection, source);
        }
    }

    /** Carries a checked exception out of the transaction. */
    private static final class Failed extends RuntimeException {
        Failed(Exception cause) {
            super(cause);
        }
    }
}
