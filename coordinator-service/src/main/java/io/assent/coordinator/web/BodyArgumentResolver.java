package io.assent.coordinator.web;

import io.assent.protocol.wire.JsonInput;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.WireJson;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
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

    private final WebSettings settings;

    BodyArgumentResolver(WebSettings settings) {
        this.settings = settings;
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
        try {
            return JsonInput.read(
                    bytes,
                    parameter.getParameterType(),
                    switch (body.from()) {
                        case INITIATOR -> WireJson.strict();
                        case PARTICIPANT -> WireJson.tolerant();
                    });
        } catch (JsonInput.UnreadableException e) {
            throw new ProblemException(e.problem());
        }
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

    /** Stops one byte past the limit, however long the body claims to be or turns out to be. */
    private static byte[] read(HttpServletRequest request, int limit) {
        if (request.getContentLengthLong() > limit) {
            throw tooLarge(limit);
        }
        byte[] bytes;
        try {
            bytes = request.getInputStream().readNBytes(limit + 1);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(ProblemType.MALFORMED_REQUEST, "The body ended early or is not well-formed HTTP"));
        }
        if (bytes.length > limit) {
            throw tooLarge(limit);
        }
        return bytes;
    }

    private static ProblemException tooLarge(int limit) {
        return new ProblemException(
                Problem.of(ProblemType.PAYLOAD_TOO_LARGE, "The body may have up to %d bytes".formatted(limit)));
    }
}
