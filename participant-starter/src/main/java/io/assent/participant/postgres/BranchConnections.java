package io.assent.participant.postgres;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands out connections whose {@code commit()} prepares instead, to threads that work in a global transaction; to all
 * others the pool's own. {@link Connection#commit()} is the one point that JPA, JDBC and every other framework pass after
 * their last flush, so nothing can be written after PREPARE TRANSACTION. Thread-safe.
 */
public final class BranchConnections {

    private final Supplier<BranchPreparer> preparer;

    /** @param preparer resolved at the first use: the DataSource is made before most other beans */
    public BranchConnections(Supplier<BranchPreparer> preparer) {
        this.preparer = preparer;
    }

    /** The connection to give to the current thread. */
    public Connection wrap(Connection connection) {
        GlobalTransactionContext context = CurrentTransaction.get();
        if (context == null) {
            return connection;
        }
        return (Connection) Proxy.newProxyInstance(
                BranchConnections.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new Handler(connection, context, preparer.get()));
    }

    private static final class Handler implements InvocationHandler {

        private final Connection target;
        private final GlobalTransactionContext context;
        private final BranchPreparer preparer;
        private boolean opened;

        Handler(Connection target, GlobalTransactionContext context, BranchPreparer preparer) {
            this.target = target;
            this.context = context;
            this.preparer = preparer;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] args) throws Throwable {
            switch (method.getName()) {
                case "equals" -> {
                    return args != null && proxy == args[0];
                }
                case "hashCode" -> {
                    return System.identityHashCode(proxy);
                }
                case "toString" -> {
                    return "branch " + context.ref() + " on " + target;
                }
                case "commit" -> {
                    if (CurrentTransaction.get() == context && context.committing()) {
                        prepareOrRollBack();
                        return null;
                    }
                }
                case "createStatement", "prepareStatement", "prepareCall" -> openOnce();
                default -> {}
            }
            try {
                return method.invoke(target, args);
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        }

        /**
         * Spring does not roll back after a failed commit but turns autocommit on, and with that the driver commits. So
         * whatever is left of the transaction ends here, and if even that fails, the connection with it.
         */
        private void prepareOrRollBack() throws SQLException {
            try {
                preparer.prepareOrCommit(target, context);
            } catch (SQLException | RuntimeException | Error e) {
                try {
                    target.rollback();
                } catch (SQLException broken) {
                    e.addSuppressed(broken);
                    target.abort(Runnable::run);
                }
                throw e;
            }
        }

        /** Only inside a local transaction: a connection in autocommit mode is not part of the branch. */
        private void openOnce() throws SQLException {
            GlobalTransactionContext current = CurrentTransaction.get();
            // By its id: a later call works in the branch that an earlier one opened (late prepare).
            if (!opened
                    && !target.getAutoCommit()
                    && current != null
                    && current.id().equals(context.id())) {
                opened = true;
                preparer.open(target, context);
            }
        }
    }
}
