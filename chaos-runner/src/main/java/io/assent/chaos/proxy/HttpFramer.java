package io.assent.chaos.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 requests, or the responses to them, without pipelining. */
final class HttpFramer implements Framer {

    private static final Pattern REQUEST_LINE = Pattern.compile("([A-Z]+) (\\S+) HTTP/1\\.[01]");
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: .*)?");
    private static final int SWITCHING_PROTOCOLS = 101;

    private final FrameInput in;
    private final Direction direction;
    private final Dialogue dialogue;

    HttpFramer(FrameInput in, Direction direction, Dialogue dialogue) {
        this.in = in;
        this.direction = direction;
        this.dialogue = dialogue;
    }

    @Override
    public @Nullable Frame next() throws IOException, UnframedException {
        String line = HttpHead.line(in);
        if (line == null) {
            return null;
        }
        Matcher matcher = (direction == Direction.REQUEST ? REQUEST_LINE : STATUS_LINE).matcher(line);
        if (!matcher.matches()) {
            throw new UnframedException("no HTTP/1.1 message: " + line);
        }
        return direction == Direction.REQUEST ? request(matcher) : response(matcher);
    }

    private Frame request(Matcher line) throws IOException, UnframedException {
        HttpHead head = HttpHead.read(in);
        if (head.headers().containsKey("expect")) {
            // Its body comes only after an interim response, which cannot be waited for here.
            throw new UnframedException("a request with Expect");
        }
        HttpBody body = head.isChunked() ? HttpHead.readChunks(in) : fixed(Math.max(0, head.contentLength()));
        return frame(head, line.group(1) + " " + line.group(2), body, true);
    }

    private Frame response(Matcher line) throws IOException, UnframedException {
        HttpHead head = HttpHead.read(in);
        int status = Integer.parseInt(line.group(1));
        if (status == SWITCHING_PROTOCOLS) {
            throw new UnframedException("the protocol is switched");
        }
        boolean interim = status < 200;
        HttpBody body;
        if (interim || status == 204 || status == 304 || answersHead()) {
            body = fixed(0);
        } else if (head.isChunked()) {
            body = HttpHead.readChunks(in);
        } else if (head.contentLength() >= 0) {
            body = fixed(head.contentLength());
        } else {
            body = untilTheEnd();
        }
        return frame(head, line.group(1), body, !interim);
    }

    private boolean answersHead() {
        Dialogue.Exchange exchange = dialogue.waiting();
        return exchange != null && exchange.request().kind().startsWith("HEAD ");
    }

    private HttpBody fixed(int length) throws IOException, UnframedException {
        int from = in.size();
        return new HttpBody(new String(in.read(length), StandardCharsets.UTF_8), from, from + length);
    }

    private HttpBody untilTheEnd() throws IOException, UnframedException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        int from = in.size();
        for (int next = in.read(); next >= 0; next = in.read()) {
            content.write(next);
        }
        return new HttpBody(content.toString(StandardCharsets.UTF_8), from, in.size());
    }

    private Frame frame(HttpHead head, String kind, HttpBody body, boolean paired) {
        return new Frame(in.take(), body.from(), body.to(), kind, body.text(), head.headers(), List.of(), paired);
    }
}
