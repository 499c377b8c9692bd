package io.assent.participant.support;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.web.reactive.function.client.WebClient;

/** A pool whose connection breaks between PREPARE TRANSACTION, or COMMIT, and its reply, once, when asked to. */
public class LossyDataSource extends DelegatingDataSource {

    private final AtomicInteger toLose = new AtomicInteger();
    private final AtomicInteger commitsToLose = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    public LossyDataSource(DataSource target) {
        super(target);
    }

    public void loseNextReply() {
        toLose.set(1);
    }

    public void loseNextReplyToCommit() {
        commitsToLose.set(1);
    }

    public int lost() {
        return lost.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        return proxy(Connection.class, connection, (method, result) -> {
            if (method.equals("commit") && commitsToLose.compareAndSet(1, 0)) {
                throw broken(connection);
            }
            return method.equals("createStatement") ? lossy((Statement) result, connection) : result;
        });
    }

    private static SQLException broken(Connection connection) throws SQLException {
        connection.abort(Runnable::run);
        return new SQLException("An I/O error occurred while sending to the backend.", "08006");
    }

    private Statement lossy(Statement statement, Connection connection) {
        return (Statement) Proxy.newProxyInstance(
                LossyDataSource.class.getClassLoader(), new Class<?>[] {Statement.class}, (self, method, arguments) -> {
                    Object result = invoke(statement, method, arguments);
                    boolean prepare = arguments != null
                            && arguments.length > 0
                            && String.valueOf(arguments[0]).startsWith("prepare transaction");
                    if (prepare && toLose.compareAndSet(1, 0)) {
                        lost.incrementAndGet();
                        throw broken(connection);
                    }
                    return result;
                });
    }

    private interface After {
        Object after(String method, Object result) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T target, After after) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader() == null ? LossyDataSource.class.getClassLoader() : type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> after.after(method.getName(), invoke(target, method, arguments))));
    }

    private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    /** The order service on such a pool, and with a WebClient.Builder as Spring Boot defines one. */
    @Configuration(proxyBeanMethods = false)
    @Import(OrderApplication.class)
    public static class LossyOrderApplication {

        @Bean
        LossyDataSource dataSource(DataSourceProperties properties) {
            return new LossyDataSource(properties
                    .initializeDataSourceBuilder()
                    .type(com.zaxxer.hikari.HikariDataSource.class)
                    .build());
        }

        @Bean
        @Scope("prototype")
        WebClient.Builder webClientBuilder() {
            return WebClient.builder();
        }
    }
}
