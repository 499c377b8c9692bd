package io.assent.chaos.proxy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The headers of an HTTP/1.1 message.
 *
 * @param headers by lower-case name; repeated ones joined by a comma
 */
record HttpHead(Map<String, String> headers) {

    private static final int LONGEST_HEAD = 1 << 16;

    /** Reads what follows the first line, up to and with the empty line. */
    static HttpHead read(FrameInput in) throws IOException, UnframedException {
        Map<String, String> headers = new HashMap<>();
        while (true) {
            String line = line(in);
            if (line == null) {
                throw new EOFException("the stream ended in the middle of the headers");
            }
            if (line.isEmpty()) {
                return new HttpHead(headers);
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new UnframedException("no HTTP header: " + line);
            }
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim(),
                    (first, second) -> first + ", " + second);
        }
    }

    /** A line without its end; null at the end of the stream. */
    static @Nullable String line(FrameInput in) throws IOException, UnframedException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = in.read();
            if (next < 0) {
                if (line.length() == 0) {
                    return null;
                }
                throw new EOFException("the stream ended in the middle of a line");
            }
            if (next == '\n') {
                int end = line.length();
                return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
            }
            line.append((char) next);
            if (line.length() > LONGEST_HEAD || in.size() > FrameInput.LONGEST_MESSAGE) {
                throw new UnframedException("an HTTP line of more than " + LONGEST_HEAD + " characters");
            }
        }
    }

    boolean isChunked() {
        return headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .contains("chunked");
    }

    /** The length of the body as announced; -1 if it was not. */
    int contentLength() throws UnframedException {
        String length = headers.get("content-length");
        if (length == null) {
            return -1;
        }
        try {
            return Integer.parseInt(length);
        } catch (NumberFormatException e) {
            throw new UnframedException("a Content-Length of " + length);
        }
    }

    /** Reads the chunks of a body. */
    static HttpBody readChunks(FrameInput in) throws IOException, UnframedException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        int from = in.size();
        int to = from;
        while (true) {
            String size = line(in);
            if (size == null) {
                throw new EOFException("the stream ended between two chunks");
            }
            int length;
            try {
                length = Integer.parseInt(size.split(";", 2)[0].trim(), 16);
            } catch (NumberFormatException e) {
                throw new UnframedException("no HTTP chunk: " + size);
            }
            if (length == 0) {
                skipTrailers(in);
                return new HttpBody(content.toString(StandardCharsets.UTF_8), from, to);
            }
            if (length > to - from) {
                from = in.size();
                to = from + length;
            }
            content.writeBytes(in.read(length));
            in.read(2);
        }
    }

    private static void skipTrailers(FrameInput in) throws IOException, UnframedException {
        String line;
        do {
            line = line(in);
            if (line == null) {
                throw new EOFException("the stream ended in the trailers");
            }
        } while (!line.isEmpty());
    }
}
