package io.assent.coordinator.web;

import io.assent.protocol.wire.CommitsRequest;
import io.assent.protocol.wire.JsonInput;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.WireJson;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Reads request bodies. Not a message converter: those read without a limit, and a tolerant and a strict one for the
 * same media type could be chosen by accident.
 */
final class BodyArgumentResolver implements HandlerMethodArgumentResolver {

    private static final int CHUNK = 8 * 1024;

    private final WebSettings settings;
    private final CallerLimits callers;
    private final LongSupplier nanos;

    /** @param nanos a clock that only differences are taken of, as {@link System#nanoTime} */
    BodyArgumentResolver(WebSettings settings, CallerLimits callers, LongSupplier nanos) {
        this.settings = settings;
        this.callers = callers;
        this.nanos = nanos;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.hasParameterAnnotation(Body.class);
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest webRequest,
            @Nullable WebDataBinderFactory binderFactory) {
        HttpServletRequest request = webRequest.getNativeRequest(HttpServletRequest.class);
        Body body = parameter.getParameterAnnotation(Body.class);
        if (request == null || body == null) {
            throw new IllegalStateException("only for @Body parameters of servlet requests: " + parameter);
        }
        requireJson(request);
        byte[] bytes = read(request, settings.limit(body.limit()));
        Object message;
        try {
            message = JsonInput.read(
                    bytes,
                    parameter.getParameterType(),
                    switch (body.from()) {
                        case INITIATOR -> WireJson.strict();
                        case PARTICIPANT -> WireJson.tolerant();
                    });
        } catch (JsonInput.UnreadableException e) {
            throw new ProblemException(e.problem());
        }
        if (message instanceof CommitsRequest many && many.commits() != null) {
            callers.commits(request, many.commits().size());
        }
        return message;
    }

    private static void requireJson(HttpServletRequest request) {
        List<String> types = Collections.list(request.getHeaders(HttpHeaders.CONTENT_TYPE));
        if (types.size() != 1 || !isJson(types.get(0))) {
            throw new ProblemException(Problem.of(
                            ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "Send the body as Content-Type: application/json, in UTF-8")
                    .at(HttpHeaders.CONTENT_TYPE));
        }
        // Nothing is decompressed: a small body must not become a large one.
        if (request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
            throw new ProblemException(Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body as it is")
                    .at(HttpHeaders.CONTENT_ENCODING));
        }
    }

    private static boolean isJson(String contentType) {
        try {
            var type = MimeTypeUtils.parseMimeType(contentType);
            Charset charset = type.getCharset();
            return type.equalsTypeAndSubtype(MediaType.APPLICATION_JSON)
                    && (charset == null || charset.equals(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // No media type is no JSON either.
            return false;
        }
    }

    /** A body that is not there yet holds this thread until it is. */
    private byte[] read(HttpServletRequest request, int limit) {
        long length = request.getContentLengthLong();
        if (length > limit) {
            throw tooLarge(limit);
        }
        try {
            InputStream in = request.getInputStream();
            if (length >= 0 && in.available() >= length) {
                return in.readAllBytes();
            }
            try (CallerLimits.Place place = callers.body(request)) {
                return read(in, limit);
            }
        } catch (IOException e) {
            // A timeout is there as itself, or as the cause of what Tomcat makes of it.
            throw e instanceof SocketTimeoutException || e.getCause() instanceof SocketTimeoutException
                    ? tooSlow()
                    : new ProblemException(Problem.of(
                            ProblemType.MALFORMED_REQUEST, "The body ended early or is not well-formed HTTP"));
        }
    }

    /**
     * Stops one byte past the limit, however long the body claims to be or turns out to be, and when the time is over,
     * however many bytes are still coming. A client that sends nothing at all is given up by the server's own timeout.
     */
    private byte[] read(InputStream in, int limit) throws IOException {
        long begun = nanos.getAsLong();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        while (true) {
            int read = in.read(chunk, 0, Math.min(CHUNK, limit + 1 - body.size()));
            if (read < 0) {
                return body.toByteArray();
            }
            body.write(chunk, 0, read);
            if (body.size() > limit) {
                throw tooLarge(limit);
            }
            if (nanos.getAsLong() - begun > settings.bodyTimeout().toNanos()) {
                throw tooSlow();
            }
        }
    }

    private ProblemException tooSlow() {
        return new ProblemException(Problem.ofStatus(
                HttpStatus.REQUEST_TIMEOUT.value(),
                "The body has %d s to arrive".formatted(settings.bodyTimeout().toSeconds())));
    }

    private static ProblemException tooLarge(int limit) {
        return new ProblemException(
                Problem.of(ProblemType.PAYLOAD_TOO_LARGE, "The body may have up to %d bytes".formatted(limit)));
    }
}
