package io.assent.participant.transaction;

import java.sql.Connection;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Hooks in without asking the application: gives every DataSource's connections to the branch machinery and listens to
 * every transaction manager, Boot's own and the application's. The types of both stay what they are.
 */
public final class BranchTransactionPostProcessor implements BeanPostProcessor {

    private final UnaryOperator<Connection> connections;
    private final Supplier<DataSource> dataSource;
    private final Supplier<HeldCallbacks> callbacks;

    /**
     * @param connections wraps what the current thread is given
     * @param dataSource the participant's
     */
    public BranchTransactionPostProcessor(
            UnaryOperator<Connection> connections, Supplier<DataSource> dataSource, Supplier<HeldCallbacks> callbacks) {
        this.connections = connections;
        this.dataSource = dataSource;
        this.callbacks = callbacks;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof DataSource original) {
            return proxy(original);
        }
        if (bean instanceof ConfigurableTransactionManager manager) {
            manager.addListener(new BranchTransactionListener(
                    context -> TransactionSynchronizationManager.hasResource(dataSource.get()), callbacks.get()));
        }
        return bean;
    }

    /** A subclass, so that a bean of type HikariDataSource can still be injected as one. */
    private Object proxy(DataSource original) {
        ProxyFactory factory = new ProxyFactory(original);
        factory.setProxyTargetClass(
                !java.lang.reflect.Modifier.isFinal(original.getClass().getModifiers()));
        factory.addAdvice((MethodInterceptor) invocation -> {
            Object result = invocation.proceed();
            return result instanceof Connection connection
                            && invocation.getMethod().getName().equals("getConnection")
                    ? connections.apply(connection)
                    : result;
        });
        return factory.getProxy(original.getClass().getClassLoader());
    }
}
