package io.assent.coordinator.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.MethodParameter;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * Answers that are there later, in stages. Spring's own way sends the request through all filters and its dispatcher a
 * second time when the answer is there, which costs as much as the request itself. Here whoever completes the stage
 * writes the answer, with the same converters and the same handling of exceptions.
 *
 * <p>Response objects are for one thread. So nobody writes before the request's own thread has left all filters; if the
 * answer is there by then, that thread writes it. Thread-safe.
 */
final class LaterAnswers implements HandlerMethodReturnValueHandler {

    private static final Logger log = LoggerFactory.getLogger(LaterAnswers.class);

    private static final String LEFT = LaterAnswers.class.getName() + ".left";

    private final Duration timeout;
    private final List<HandlerMethodReturnValueHandler> writers;
    private final HandlerExceptionResolver resolver;

    /**
     * @param timeout after which a request is answered without its stage
     * @param writers write what the stage brings; the first that supports its type does
     * @param resolver answers if there is an exception instead
     */
    LaterAnswers(Duration timeout, List<HandlerMethodReturnValueHandler> writers, HandlerExceptionResolver resolver) {
        this.timeout = timeout;
        this.writers = List.copyOf(writers);
        this.resolver = resolver;
    }

    /** Around all other filters: tells when the request's thread has left them. */
    static final class Gate extends OncePerRequestFilter {

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            CompletableFuture<@Nullable Void> left = new CompletableFuture<>();
            request.setAttribute(LEFT, left);
            try {
                chain.doFilter(request, response);
            } finally {
                left.complete(null);
            }
        }
    }

    @Override
    public boolean supportsReturnType(MethodParameter type) {
        return CompletionStage.class.isAssignableFrom(type.getParameterType());
    }

    @Override
    public void handleReturnValue(
            @Nullable Object value,
            MethodParameter type,
            ModelAndViewContainer container,
            NativeWebRequest webRequest) {
        HttpServletRequest request = webRequest.getNativeRequest(HttpServletRequest.class);
        HttpServletResponse response = webRequest.getNativeResponse(HttpServletResponse.class);
        if (request == null
                || response == null
                || !(value instanceof CompletionStage<?> stage)
                || !(request.getAttribute(LEFT) instanceof CompletableFuture<?> left)) {
            throw new IllegalStateException("only for stages in servlet requests that came through the gate: " + type);
        }
        container.setRequestHandled(true);
        AsyncContext async = request.startAsync(request, response);
        async.setTimeout(timeout.toMillis());
        Exchange exchange = new Exchange(async, request, response, type);
        async.addListener(exchange);
        stage.whenComplete((answer, failure) -> left.whenComplete((nothing, none) -> exchange.end(answer, failure)));
    }

    private final class Exchange implements AsyncListener {

        private final AsyncContext async;
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final MethodParameter type;
        private final AtomicBoolean over = new AtomicBoolean();

        Exchange(AsyncContext async, HttpServletRequest request, HttpServletResponse response, MethodParameter type) {
            this.async = async;
            this.request = request;
            this.response = response;
            this.type = type;
        }

        /** The first end is the only one. */
        void end(@Nullable Object answer, @Nullable Throwable failure) {
            if (!over.compareAndSet(false, true)) {
                return;
            }
            // Who has read the answer sends the next request at once, and that must find the place free.
            CallerLimitsInterceptor.leave(request);
            try {
                if (failure == null && answer != null) {
                    write(answer);
                } else {
                    resolve(failure == null ? new IllegalStateException("a stage without an answer") : failure);
                }
            } catch (Exception e) {
                log.debug("An answer could not be written", e);
            } finally {
                async.complete();
            }
        }

        private void write(Object answer) {
            try {
                MethodParameter actual = new Answered(type, answer.getClass());
                for (HandlerMethodReturnValueHandler writer : writers) {
                    if (writer.supportsReturnType(actual)) {
                        // With its length it is one packet, and nobody has to wait until the exchange has been ended.
                        ContentCachingResponseWrapper whole = new ContentCachingResponseWrapper(response);
                        writer.handleReturnValue(
                                answer, actual, new ModelAndViewContainer(), new ServletWebRequest(request, whole));
                        whole.copyBodyToResponse();
                        return;
                    }
                }
                throw new IllegalStateException("nothing writes a " + answer.getClass());
            } catch (Exception e) {
                resolve(e);
            }
        }

        private void resolve(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            Exception exception = cause instanceof Exception e ? e : new IllegalStateException(cause);
            Object handler = request.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE);
            if (resolver.resolveException(request, response, handler, exception) == null) {
                log.error("{} {} failed and nothing answers that", request.getMethod(), request.getRequestURI(), cause);
                response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            end(null, new AsyncRequestTimeoutException());
        }

        /** The connection is broken: nobody reads an answer. */
        @Override
        public void onError(AsyncEvent event) {
            if (over.compareAndSet(false, true)) {
                CallerLimitsInterceptor.leave(request);
                async.complete();
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }

    /** The type of what a stage has brought, in place of the stage's own. */
    private static final class Answered extends MethodParameter {

        private final Class<?> actual;

        Answered(MethodParameter stage, Class<?> actual) {
            super(stage);
            this.actual = actual;
        }

        private Answered(Answered original) {
            this(original, original.actual);
        }

        @Override
        public Class<?> getParameterType() {
            return actual;
        }

        @Override
        public Type getGenericParameterType() {
            return super.getGenericParameterType() instanceof ParameterizedType stage
                    ? stage.getActualTypeArguments()[0]
                    : actual;
        }

        @Override
        public Answered clone() {
            return new Answered(this);
        }
    }
}
