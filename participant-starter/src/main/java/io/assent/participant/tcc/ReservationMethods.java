package io.assent.participant.tcc;

import io.assent.participant.TryConfirmCancel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.util.RawValue;

/**
 * The application's {@link TryConfirmCancel} methods, found once when all beans are defined: a confirm may have to run before the
 * first try does. Thread-safe.
 */
public final class ReservationMethods {

    private static final int MAX_NAME = 200;

    /** Of its own: what is kept must be read back whatever the application configures for its endpoints. */
    private static final JsonMapper JSON = JsonMapper.builder()
            // 12.30 stays 12.30.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final ConfigurableListableBeanFactory beans;
    private final Map<String, ReservationMethod> methods = new ConcurrentHashMap<>();

    public ReservationMethods(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /**
     * Looks through all beans.
     *
     * @throws IllegalStateException if a confirm or cancel is missing or cannot be called, or two have one name
     */
    public void find() {
        for (String bean : beans.getBeanNamesForType(Object.class, true, false)) {
            if (ScopedProxyUtils.isScopedTarget(bean)) {
                continue;
            }
            Class<?> target = AutoProxyUtils.determineTargetClass(beans, bean);
            if (target == null || !AnnotationUtils.isCandidateClass(target, TryConfirmCancel.class)) {
                continue;
            }
            Class<?> type = ClassUtils.getUserClass(target);
            Map<Method, TryConfirmCancel> found = MethodIntrospector.selectMethods(
                    type, (MethodIntrospector.MetadataLookup<@Nullable TryConfirmCancel>)
                            method -> AnnotatedElementUtils.findMergedAnnotation(method, TryConfirmCancel.class));
            found.forEach((method, annotation) -> add(bean, type, method, annotation));
        }
    }

    /** The names of all. */
    public Collection<String> names() {
        return List.copyOf(methods.keySet());
    }

    static String nameOf(Method method, TryConfirmCancel annotation) {
        return annotation.name().isEmpty()
                ? method.getDeclaringClass().getSimpleName() + "." + method.getName()
                : annotation.name();
    }

    private void add(String bean, Class<?> type, Method method, TryConfirmCancel annotation) {
        String name = nameOf(method, annotation);
        if (name.length() > MAX_NAME) {
            throw new IllegalStateException(
                    "@TryConfirmCancel on " + method + ": its name has more than " + MAX_NAME + " characters.");
        }
        requireProxy(bean, method);
        requireCallable(bean, method, method);
        ReservationMethod found = new ReservationMethod(
                name,
                bean,
                partner(bean, type, method, annotation.confirm(), "confirm"),
                partner(bean, type, method, annotation.cancel(), "cancel"));
        ReservationMethod other = methods.putIfAbsent(name, found);
        if (other != null) {
            throw new IllegalStateException(
                    "Two methods with @TryConfirmCancel are called " + name + ", in the beans " + other.bean() + " and "
                            + bean + ". Give each a name of its own: @TryConfirmCancel(name = \"...\").");
        }
    }

    /** A try that no interceptor sees would reserve something that nobody ends. */
    private void requireProxy(String bean, Method method) {
        Object singleton = beans.getSingleton(bean);
        if (singleton != null && !AopUtils.isAopProxy(singleton)) {
            throw new IllegalStateException("@TryConfirmCancel on " + method + ": the bean " + bean
                    + " has no proxy, so nothing would be recorded. It was made before Spring's proxies: do not inject it into"
                    + " a BeanPostProcessor or the like.");
        }
    }

    private void requireCallable(String bean, Method annotated, Method method) {
        if (!isCallable(bean, method)) {
            throw new IllegalStateException("@TryConfirmCancel on " + annotated + ": " + method.getName()
                    + " cannot be called through the bean's proxy. It must not be private, static or final, and if the proxy has"
                    + " only interfaces (spring.aop.proxy-target-class=false), one of them has to declare it.");
        }
    }

    /** What the proxy cannot pass on would run on the proxy itself, without the bean's fields; and a confirm has no second chance. */
    private boolean isCallable(String bean, Method method) {
        int modifiers = method.getModifiers();
        if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers) || Modifier.isFinal(modifiers)) {
            return false;
        }
        Class<?> proxy = beans.getType(bean);
        try {
            return proxy == null || AopUtils.selectInvocableMethod(method, proxy) != null;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private Method partner(String bean, Class<?> type, Method method, String name, String role) {
        Method partner = ReflectionUtils.findMethod(type, name, method.getParameterTypes());
        if (partner == null) {
            throw new IllegalStateException("@TryConfirmCancel on " + method + ": there is no " + role + " method "
                    + name + " with the same parameters in " + type.getName() + ".");
        }
        requireCallable(bean, method, partner);
        return partner;
    }

    /**
     * The arguments as they are kept.
     *
     * @throws IllegalArgumentException if they could not be read back: the try must not run then
     */
    String write(String name, @Nullable Object[] arguments) {
        ReservationMethod method = get(name);
        try {
            List<Type> types = method.parameters();
            ArrayNode array = JSON.createArrayNode();
            for (int i = 0; i < arguments.length; i++) {
                array.addRawValue(new RawValue(
                        JSON.writerFor(JSON.constructType(types.get(i))).writeValueAsString(arguments[i])));
            }
            String text = JSON.writeValueAsString(array);
            read(method, text);
            return text;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "The arguments of " + name + " cannot be kept as JSON and read back, as @TryConfirmCancel has to: "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    /**
     * Runs confirm or cancel through the bean's proxy.
     *
     * @throws IllegalStateException if the method is not there any more, or does not fit
     * @throws Exception the application's
     */
    void run(String name, String arguments, boolean confirm) throws Exception {
        ReservationMethod method = get(name);
        Object bean = beans.getBean(method.bean());
        Method run = AopUtils.selectInvocableMethod(confirm ? method.confirm() : method.cancel(), bean.getClass());
        ReflectionUtils.makeAccessible(run);
        try {
            run.invoke(bean, read(method, arguments));
        } catch (InvocationTargetException e) {
            if (e.getTargetException() instanceof Exception exception) {
                throw exception;
            }
            throw new IllegalStateException(e.getTargetException());
        }
    }

    private ReservationMethod get(String name) {
        ReservationMethod method = methods.get(name);
        if (method == null) {
            throw new IllegalStateException("No bean of this application has a @TryConfirmCancel method called " + name
                    + ". Restore it, or give the method that takes its place this name.");
        }
        return method;
    }

    private static @Nullable Object[] read(ReservationMethod method, String text) {
        JsonNode array = JSON.readTree(text);
        List<Type> types = method.parameters();
        if (array.size() != types.size()) {
            throw new IllegalStateException(method.name() + " has " + types.size()
                    + " parameters, and a reservation was made with " + array.size() + ".");
        }
        @Nullable Object[] arguments = new Object[types.size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = JSON.readerFor(JSON.constructType(types.get(i))).readValue(array.get(i));
        }
        return arguments;
    }
}
