package io.assent.chaos.proxy;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a PostgreSQL server sends: one reply is all up to ReadyForQuery. */
final class PostgresReplies implements Framer {

    private final FrameInput in;
    private final PostgresSession session;
    private final Dialogue dialogue;

    PostgresReplies(FrameInput in, PostgresSession session, Dialogue dialogue) {
        this.in = in;
        this.session = session;
        this.dialogue = dialogue;
    }

    @Override
    public @Nullable Frame next() throws IOException, UnframedException {
        List<String> kinds = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int contentFrom = 0;
        int contentTo = 0;
        while (true) {
            int type = in.read();
            if (type >= 0 && session.endNegotiation()) {
                return negotiated(type);
            }
            PostgresMessage message = PostgresMessage.read(type, in);
            if (message == null) {
                if (in.size() > 0) {
                    throw new EOFException("the stream ended before ReadyForQuery");
                }
                return null;
            }
            switch (message.type()) {
                case 'C' -> {
                    contentFrom = message.position();
                    String tag = message.string();
                    contentTo = message.position() - 1;
                    kinds.add(tag);
                    append(text, tag);
                }
                case 'E' -> {
                    contentFrom = message.position();
                    String error = error(message, text);
                    contentTo = message.position() - 1;
                    kinds.add(error);
                }
                case 'G', 'H', 'W' -> throw new UnframedException("COPY");
                case 'Z' -> {
                    boolean first = !session.isReady();
                    session.ready();
                    return frame(first ? List.of("READY") : kinds, text.toString(), contentFrom, contentTo, !first);
                }
                default -> {
                    // Rows, descriptions, notices: parts of the reply without a name of their own.
                }
            }
            if (!session.isReady() || dialogue.waiting() == null) {
                // Part of the start, where the client has to answer in between; or said unasked, such as a shutdown.
                return frame(
                        kinds.isEmpty() ? List.of(session.isReady() ? "NOTICE" : "AUTHENTICATION") : kinds,
                        text.toString(),
                        contentFrom,
                        contentTo,
                        false);
            }
        }
    }

    private Frame negotiated(int answer) throws UnframedException {
        if (answer != 'N') {
            throw new UnframedException("an encrypted PostgreSQL session");
        }
        return frame(List.of("NEGOTIATION"), "", 0, 0, false);
    }

    /** The SQLSTATE of an error as its kind; its message goes to the text. */
    private static String error(PostgresMessage message, StringBuilder text) throws UnframedException {
        String state = "?";
        while (message.hasRemaining()) {
            char field = message.character();
            if (field == 0) {
                break;
            }
            String value = message.string();
            if (field == 'C') {
                state = value;
            } else if (field == 'M') {
                append(text, value);
            }
        }
        return "ERROR " + state;
    }

    private static void append(StringBuilder text, String part) {
        text.append(text.length() == 0 ? "" : "; ").append(part);
    }

    private Frame frame(List<String> kinds, String text, int contentFrom, int contentTo, boolean paired) {
        String kind = kinds.isEmpty() ? "READY" : String.join(", ", kinds);
        return new Frame(in.take(), contentFrom, contentTo, kind, text, Map.of(), List.of(), paired);
    }
}
