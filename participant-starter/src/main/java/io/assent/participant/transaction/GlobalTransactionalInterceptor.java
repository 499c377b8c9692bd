package io.assent.participant.transaction;

import io.assent.participant.GlobalTransactional;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringValueResolver;

/**
 * Finds {@link GlobalTransactional} and runs such methods in a {@link GlobalTransactionRunner}. The timeout is read when
 * the bean is made, so that a wrong one stops the start. Stands outside {@code @Transactional}: the local transaction has
 * to be over before the commit request leaves.
 */
public final class GlobalTransactionalInterceptor extends StaticMethodMatcherPointcutAdvisor {

    /** Outside of @Transactional, whose default is the lowest precedence. */
    public static final int ORDER = LOWEST_PRECEDENCE - 1_000;

    private final StringValueResolver resolver;
    private final transient Map<Target, Attributes> cache = new ConcurrentHashMap<>();

    private record Target(Method method, @Nullable Class<?> type) {}

    /** Timeout null: the default. */
    private record Attributes(String name, @Nullable Duration timeout, boolean present) {
        static final Attributes ABSENT = new Attributes("", null, false);
    }

    /**
     * @param runner resolved at the first call: advisors are made before most other beans
     * @param resolver for placeholders in the timeout
     */
    public GlobalTransactionalInterceptor(
            java.util.function.Supplier<GlobalTransactionRunner> runner, StringValueResolver resolver) {
        this.resolver = resolver;
        setOrder(ORDER);
        setAdvice((MethodInterceptor) invocation -> run(runner.get(), invocation));
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return attributes(method, targetClass).present();
    }

    // NullAway does not look into generics: T is @Nullable Object here, and a void method returns null.
    @SuppressWarnings("NullAway")
    private @Nullable Object run(GlobalTransactionRunner runner, MethodInvocation invocation) throws Throwable {
        Class<?> type = invocation.getThis() == null ? null : AopUtils.getTargetClass(invocation.getThis());
        Attributes attributes = attributes(invocation.getMethod(), type);
        Duration timeout = attributes.timeout() == null ? runner.defaultTimeout() : attributes.timeout();
        return runner.<@Nullable Object, Throwable>execute(attributes.name(), timeout, invocation::proceed);
    }

    private Attributes attributes(Method method, @Nullable Class<?> type) {
        return cache.computeIfAbsent(new Target(method, type), this::find);
    }

    private Attributes find(Target target) {
        if (target.method().getDeclaringClass() == Object.class) {
            return Attributes.ABSENT;
        }
        Method specific = AopUtils.getMostSpecificMethod(target.method(), target.type());
        GlobalTransactional annotation =
                AnnotatedElementUtils.findMergedAnnotation(specific, GlobalTransactional.class);
        if (annotation == null && target.type() != null) {
            annotation = AnnotatedElementUtils.findMergedAnnotation(target.type(), GlobalTransactional.class);
        }
        if (annotation == null) {
            annotation = AnnotatedElementUtils.findMergedAnnotation(target.method(), GlobalTransactional.class);
        }
        if (annotation == null) {
            return Attributes.ABSENT;
        }
        String where = specific.getDeclaringClass().getSimpleName() + "." + specific.getName();
        String name = annotation.name().isEmpty() ? where : annotation.name();
        return new Attributes(
                name.length() > 128 ? name.substring(0, 128) : name, timeout(annotation.timeout(), where), true);
    }

    private @Nullable Duration timeout(String text, String where) {
        String resolved = text.isEmpty() ? text : resolver.resolveStringValue(text);
        if (resolved == null || resolved.isEmpty()) {
            return null;
        }
        Duration timeout;
        try {
            timeout = DurationStyle.detectAndParse(resolved);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "@GlobalTransactional on " + where + ": \"" + resolved
                            + "\" is no timeout; write a number with a unit, such as 10s or 500ms",
                    e);
        }
        if (timeout.compareTo(GlobalTransactionRunner.MIN_TIMEOUT) < 0
                || timeout.compareTo(GlobalTransactionRunner.MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "@GlobalTransactional on " + where + ": the timeout is 100 ms to 1 h, not " + resolved);
        }
        return timeout;
    }
}
