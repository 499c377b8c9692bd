package io.assent.chaos.proxy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a client of PostgreSQL sends: one request is all up to a Query or a Sync. */
final class PostgresRequests implements Framer {

    private static final int PROTOCOL_3 = 3;
    private static final int CANCEL = 80_877_102;
    private static final int SSL = 80_877_103;
    private static final int GSS = 80_877_104;
    private static final int UUID_BYTES = 16;

    private final FrameInput in;
    private final PostgresSession session;
    private boolean started;

    PostgresRequests(FrameInput in, PostgresSession session) {
        this.in = in;
        this.session = session;
    }

    @Override
    public @Nullable Frame next() throws IOException, UnframedException {
        return started ? new Unit().read() : startup();
    }

    private @Nullable Frame startup() throws IOException, UnframedException {
        // Its first byte tells whether there is anything; it has no type.
        int first = in.read();
        if (first < 0) {
            return null;
        }
        byte[] rest = in.read(3);
        int length = ByteBuffer.wrap(new byte[] {(byte) first, rest[0], rest[1], rest[2]})
                .getInt();
        if (length < 8 || length > 10_000) {
            throw new UnframedException("no start of a PostgreSQL session");
        }
        ByteBuffer body = ByteBuffer.wrap(in.read(length - 4));
        int code = body.getInt();
        String kind;
        if (code == SSL || code == GSS) {
            session.negotiate();
            kind = "NEGOTIATION";
        } else if (code == CANCEL) {
            kind = "CANCEL";
        } else if (code >>> 16 == PROTOCOL_3) {
            started = true;
            kind = "STARTUP";
        } else {
            throw new UnframedException("an unknown start of a PostgreSQL session: " + code);
        }
        byte[] bytes = in.take();
        return new Frame(bytes, bytes.length, bytes.length, kind, "", Map.of(), List.of(), false);
    }

    /** Messages that belong together. */
    private final class Unit {
        private final List<String> executed = new ArrayList<>();
        private final List<String> values = new ArrayList<>();
        private int contentFrom;
        private int contentTo;

        @Nullable
        Frame read() throws IOException, UnframedException {
            while (true) {
                PostgresMessage message = PostgresMessage.read(in.read(), in);
                if (message == null) {
                    if (in.size() > 0) {
                        throw new EOFException("the stream ended before Sync");
                    }
                    return null;
                }
                switch (message.type()) {
                    case 'Q' -> {
                        int from = message.position();
                        String sql = message.string();
                        executed.add(sql);
                        content(from, message.position() - 1);
                        return frame(SqlKind.of(executed), true);
                    }
                    case 'S' -> {
                        return frame(SqlKind.of(executed), true);
                    }
                    case 'F' -> {
                        return frame("FUNCTION", true);
                    }
                    case 'X' -> {
                        return frame("TERMINATE", false);
                    }
                    case 'p' -> {
                        return frame("AUTHENTICATION", false);
                    }
                    case 'P' -> {
                        String name = message.string();
                        int from = message.position();
                        session.parse(name, message.string());
                        content(from, message.position() - 1);
                    }
                    case 'B' -> bind(message);
                    case 'E' -> executed.add(session.sql(message.string()));
                    case 'C' -> close(message);
                    case 'D' -> {
                        // Describes what was parsed or bound: nothing of its own.
                    }
                    default ->
                        // Flush and COPY have replies without ReadyForQuery.
                        throw new UnframedException("a PostgreSQL message of type " + message.type());
                }
            }
        }

        private void bind(PostgresMessage message) throws UnframedException {
            String portal = message.string();
            int from = message.position();
            String statement = message.string();
            if (contentTo == 0) {
                content(from, message.position() - 1);
            }
            session.bind(portal, statement);
            int[] formats = new int[message.int16()];
            for (int i = 0; i < formats.length; i++) {
                formats[i] = message.int16();
            }
            int count = message.int16();
            for (int i = 0; i < count; i++) {
                int length = message.int32();
                if (length < 0) {
                    values.add("null");
                    continue;
                }
                boolean binary = formats.length > 0 && formats[formats.length == 1 ? 0 : i] == 1;
                values.add(value(message.bytes(length), binary));
            }
        }

        private void close(PostgresMessage message) throws UnframedException {
            if (message.character() == 'S') {
                session.closeStatement(message.string());
            } else {
                session.closePortal(message.string());
            }
        }

        /** Every statement may be spoilt, the last one is. */
        private void content(int from, int to) {
            contentFrom = from;
            contentTo = to;
        }

        private Frame frame(String kind, boolean paired) {
            byte[] bytes = in.take();
            return new Frame(
                    bytes, contentFrom, contentTo, kind, String.join("; ", executed), Map.of(), values, paired);
        }
    }

    /** Text, or what sixteen binary bytes mostly are; other binary values stay unread. */
    private static String value(byte[] bytes, boolean binary) {
        if (!binary) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        if (bytes.length == UUID_BYTES) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return new UUID(buffer.getLong(), buffer.getLong()).toString();
        }
        return "(" + bytes.length + " bytes)";
    }
}
