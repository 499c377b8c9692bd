package io.assent.coordinator.log;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Notes every prepared statement that is executed through it. */
final class CountingDataSource extends DelegatingDataSource {

    private final List<String> executed = Collections.synchronizedList(new ArrayList<>());

    CountingDataSource(DataSource target) {
        super(target);
    }

    List<String> executed() {
        return List.copyOf(executed);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        return proxy(Connection.class, connection, (method, arguments, result) -> {
            if (method.equals("prepareStatement")) {
                String sql = (String) arguments[0];
                return proxy(PreparedStatement.class, (PreparedStatement) result, (inner, ignored, answer) -> {
                    if (inner.startsWith("execute")) {
                        executed.add(sql);
                    }
                    return answer;
                });
            }
            return result;
        });
    }

    private static <T> T proxy(Class<T> type, T target, After after) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return after.called(method.getName(), arguments, method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private interface After {

        Object called(String method, Object[] arguments, Object result);
    }
}
