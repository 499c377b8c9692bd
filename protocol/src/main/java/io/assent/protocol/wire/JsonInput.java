package io.assent.protocol.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON and says exactly where it is wrong. What the library says is never passed on: it names classes. */
public final class JsonInput {

    private JsonInput() {}

    /** There is no message in what was sent. */
    public static final class UnreadableException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        private UnreadableException(Problem problem) {
            super(problem.detail(), null, false, false);
            this.problem = problem;
        }

        /** What to answer: of status 400, pointing at the member that is wrong. */
        public Problem problem() {
            return problem;
        }
    }

    /**
     * Reads a body, which is UTF-8 and nothing else.
     *
     * @param mapper {@link WireJson#strict()} or {@link WireJson#tolerant()}
     * @throws UnreadableException if it is not one JSON object of that type
     */
    public static <T> T read(byte[] body, Class<T> type, JsonMapper mapper) throws UnreadableException {
        if (body.length == 0) {
            throw malformed("The body is empty; a JSON object is expected", "");
        }
        // Bytes would let the library guess UTF-16 and UTF-32.
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("The body is not UTF-8", "");
        }
        try {
            T value = mapper.readValue(text, type);
            if (value == null) {
                throw malformed("The body is null; a JSON object is expected", "");
            }
            return value;
        } catch (JacksonException e) {
            throw problem(e, "");
        }
    }

    /**
     * Reads a part of a document that was read before.
     *
     * @param pointer to the part within the document
     * @throws UnreadableException if it is not of that type
     */
    public static <T> T read(JsonNode node, Class<T> type, JsonMapper mapper, String pointer)
            throws UnreadableException {
        try {
            return mapper.treeToValue(node, type);
        } catch (JacksonException e) {
            throw problem(e, pointer);
        }
    }

    private static UnreadableException problem(JacksonException e, String prefix) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return new UnreadableException(
                    Problem.of(ProblemType.UNKNOWN_FIELD, "There is no member of this name here; is it misspelt?")
                            .at(prefix + pointer(unknown)));
        }
        if (e instanceof StreamReadException) {
            String at = e.processor() instanceof JsonParser parser
                    ? parser.streamReadContext().pathAsPointer().toString()
                    : "";
            // The library has no class of its own for this error.
            if (e.getOriginalMessage().startsWith("Duplicate Object property")) {
                return new UnreadableException(Problem.of(ProblemType.DUPLICATE_MEMBER, "The member is given twice")
                        .at(prefix + at));
            }
            return malformed(
                    "Not well-formed JSON, or a string, number, name or nesting is too long, at line %d, column %d"
                            .formatted(
                                    e.getLocation().getLineNr(), e.getLocation().getColumnNr()),
                    prefix + at);
        }
        // Nor for this one.
        if (e.getOriginalMessage().startsWith("Trailing token")) {
            return malformed("Something follows the JSON object", "");
        }
        if (e instanceof DatabindException) {
            return new UnreadableException(Problem.of(
                            ProblemType.INVALID_VALUE,
                            "The value is of the wrong type, or contains NUL or a lone surrogate; values are never converted")
                    .at(prefix + pointer(e)));
        }
        return malformed("Not well-formed JSON", prefix + pointer(e));
    }

    private static UnreadableException malformed(String detail, @Nullable String pointer) {
        return new UnreadableException(Problem.of(ProblemType.MALFORMED_REQUEST, detail)
                .at(pointer == null || pointer.isEmpty() ? null : pointer));
    }

    /** RFC 6901. */
    private static String pointer(JacksonException e) {
        StringBuilder pointer = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            pointer.append('/');
            if (step.getPropertyName() == null) {
                pointer.append(step.getIndex());
            } else {
                pointer.append(step.getPropertyName().replace("~", "~0").replace("/", "~1"));
            }
        }
        return pointer.toString();
    }
}
