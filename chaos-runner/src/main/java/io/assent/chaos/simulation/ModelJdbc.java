package io.assent.chaos.simulation;

import io.assent.chaos.simulation.ModelPostgres.Result;
import io.assent.chaos.simulation.ModelPostgres.Session;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The model of PostgreSQL as a JDBC driver: what the starter calls of it, and no more. */
final class ModelJdbc {

    private ModelJdbc() {}

    static DataSource dataSource(Supplier<Session> sessions) {
        return proxy(DataSource.class, (self, method, values) -> {
            if (method.getName().equals("getConnection")) {
                return connection(sessions.get());
            }
            throw unknown(method);
        });
    }

    static Connection connection(Session session) {
        return proxy(Connection.class, (self, method, values) -> switch (method.getName()) {
            case "prepareStatement" ->
                proxy(PreparedStatement.class, new StatementHandler(session, (String)
                        Objects.requireNonNull(values[0])));
            case "createStatement" -> proxy(Statement.class, new StatementHandler(session, null));
            case "getAutoCommit" -> session.autoCommit();
            case "isReadOnly" -> false;
            case "setAutoCommit" -> done(() -> session.autoCommit((Boolean) Objects.requireNonNull(values[0])));
            case "commit" -> done(session::commit);
            case "rollback" -> done(session::rollback);
            case "close", "abort" -> done(session::close);
            case "isClosed" -> session.closed();
            case "getWarnings" -> session.warning();
            case "clearWarnings" -> done(session::clearWarnings);
            case "unwrap" -> session.driver();
            case "toString" -> "a connection of the model";
            default -> throw unknown(method);
        });
    }

    /** What a pool hands out again and again, below its proxies. */
    static Connection driver() {
        return proxy(Connection.class, (self, method, values) -> switch (method.getName()) {
            case "equals" -> self == values[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> throw unknown(method);
        });
    }

    private static final class StatementHandler implements Handler {

        private final Session session;
        private final @Nullable String sql;
        private final List<@Nullable Object> parameters = new ArrayList<>();

        StatementHandler(Session session, @Nullable String sql) {
            this.session = session;
            this.sql = sql;
        }

        @Override
        public @Nullable Object call(Object self, Method method, @Nullable Object[] values) throws SQLException {
            String name = method.getName();
            if (name.equals("close")) {
                return null;
            }
            if (name.equals("getWarnings")) {
                return session.warning();
            }
            if (name.startsWith("set")) {
                int index = (Integer) Objects.requireNonNull(values[0]);
                while (parameters.size() < index) {
                    parameters.add(null);
                }
                parameters.set(index - 1, values[1]);
                return null;
            }
            String text = sql != null ? sql : (String) Objects.requireNonNull(values[0]);
            Result result = session.execute(text, parameters);
            return switch (name) {
                case "execute" -> !result.rows().isEmpty();
                case "executeUpdate" -> result.count();
                case "executeQuery" -> proxy(ResultSet.class, new RowsHandler(result));
                default -> throw unknown(method);
            };
        }
    }

    private static final class RowsHandler implements Handler {

        private final List<List<@Nullable Object>> rows;
        private int at = -1;

        RowsHandler(Result result) {
            this.rows = result.rows();
        }

        @Override
        public @Nullable Object call(Object self, Method method, @Nullable Object[] values) {
            return switch (method.getName()) {
                case "next" -> ++at < rows.size();
                case "close" -> null;
                case "getString", "getBoolean", "getLong", "getInt", "getObject" -> {
                    Object value = rows.get(at).get((Integer) Objects.requireNonNull(values[0]) - 1);
                    yield method.getName().equals("getInt")
                            ? (Object) ((Number) Objects.requireNonNull(value)).intValue()
                            : value;
                }
                default -> throw unknown(method);
            };
        }
    }

    private interface Handler {
        @Nullable
        Object call(Object self, Method method, @Nullable Object[] values) throws SQLException;
    }

    private interface Work {
        void run() throws SQLException;
    }

    private static @Nullable Object done(Work work) throws SQLException {
        work.run();
        return null;
    }

    private static IllegalStateException unknown(Method method) {
        return new IllegalStateException("the model does not know this call: " + method);
    }

    private static final @Nullable Object[] NONE = new Object[0];

    @SuppressWarnings("unchecked")
    private static <T> T proxy(Class<T> type, Handler handler) {
        InvocationHandler invocations =
                (self, method, values) -> handler.call(self, method, values == null ? NONE : values);
        return (T) Proxy.newProxyInstance(ModelJdbc.class.getClassLoader(), new Class<?>[] {type}, invocations);
    }
}
