package io.assent.participant.support;

import jakarta.jms.XAConnection;
import jakarta.jms.XAConnectionFactory;
import jakarta.jms.XASession;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import javax.transaction.xa.XAResource;

/** Where a test application kills its own process, with {@code kill -9}, once it was asked to. */
public enum CrashPoint {
    /** The broker is prepared, the main database is not. */
    BETWEEN_THE_PREPARES,
    /** All is prepared, and nobody has heard. */
    BEFORE_THE_VOTE,
    /** The broker has committed, the main database has not. */
    BETWEEN_THE_COMMITS,
    /** The broker has rolled back, the main database has not. */
    BETWEEN_THE_ROLLBACKS;

    private static final AtomicReference<CrashPoint> ARMED = new AtomicReference<>();

    public void arm() {
        ARMED.set(this);
    }

    /** Never returns if this is the point. */
    public void reached() {
        if (ARMED.get() != this) {
            return;
        }
        try {
            new ProcessBuilder(
                            "kill", "-9", Long.toString(ProcessHandle.current().pid()))
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        while (true) {
            LockSupport.park();
        }
    }

    /** The same broker, which the points in phase one and two are told of. It is prepared and ended last but one. */
    public static XAConnectionFactory around(XAConnectionFactory factory) {
        return proxy(
                XAConnectionFactory.class,
                factory,
                (method, connection) -> connection instanceof XAConnection xa
                        ? proxy(XAConnection.class, xa, CrashPoint::session)
                        : connection);
    }

    private static Object session(String method, Object created) {
        return created instanceof XASession session
                ? proxy(
                        XASession.class,
                        session,
                        (name, resource) -> resource instanceof XAResource xa
                                ? proxy(XAResource.class, xa, CrashPoint::done)
                                : resource)
                : created;
    }

    private static Object done(String method, Object result) {
        switch (method) {
            case "prepare" -> BETWEEN_THE_PREPARES.reached();
            case "commit" -> BETWEEN_THE_COMMITS.reached();
            case "rollback" -> BETWEEN_THE_ROLLBACKS.reached();
            default -> {}
        }
        return result;
    }

    private static <T> T proxy(Class<T> type, T target, BiFunction<String, Object, Object> after) {
        return type.cast(Proxy.newProxyInstance(
                CrashPoint.class.getClassLoader(), new Class<?>[] {type}, new Around(target, after)));
    }

    private record Around(Object target, BiFunction<String, Object, Object> after) implements InvocationHandler {

        @Override
        public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
            Object[] plain = arguments == null ? new Object[0] : arguments.clone();
            for (int i = 0; i < plain.length; i++) {
                // A driver knows its own objects only, for example when it is asked whether two are of the same broker.
                if (plain[i] != null
                        && Proxy.isProxyClass(plain[i].getClass())
                        && Proxy.getInvocationHandler(plain[i]) instanceof Around around) {
                    plain[i] = around.target();
                }
            }
            try {
                return after.apply(method.getName(), method.invoke(target, plain));
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        }
    }
}
