package io.assent.chaos.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A message of the PostgreSQL protocol, read field by field.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-message-formats.html">Message Formats</a>
 */
final class PostgresMessage {

    private final char type;
    private final ByteBuffer payload;
    private final int offset;

    private PostgresMessage(char type, ByteBuffer payload, int offset) {
        this.type = type;
        this.payload = payload;
        this.offset = offset;
    }

    /** Reads a message whose type was read; null for a type of -1, the end of the stream. */
    static @Nullable PostgresMessage read(int type, FrameInput in) throws IOException, UnframedException {
        if (type < 0) {
            return null;
        }
        int length = ByteBuffer.wrap(in.read(4)).getInt();
        if (length < 4) {
            throw new UnframedException("a PostgreSQL message of length " + length);
        }
        int offset = in.size();
        return new PostgresMessage((char) type, ByteBuffer.wrap(in.read(length - 4)), offset);
    }

    char type() {
        return type;
    }

    /** Where the next field begins in everything that was read since the last message was taken. */
    int position() {
        return offset + payload.position();
    }

    boolean hasRemaining() {
        return payload.hasRemaining();
    }

    /** A string that ends with a zero byte. */
    String string() throws UnframedException {
        int from = payload.position();
        while (payload.hasRemaining()) {
            if (payload.get() == 0) {
                return new String(payload.array(), from, payload.position() - 1 - from, StandardCharsets.UTF_8);
            }
        }
        throw new UnframedException("a string without end in a PostgreSQL message of type " + type);
    }

    char character() throws UnframedException {
        require(1);
        return (char) payload.get();
    }

    int int16() throws UnframedException {
        require(2);
        return payload.getShort();
    }

    int int32() throws UnframedException {
        require(4);
        return payload.getInt();
    }

    byte[] bytes(int count) throws UnframedException {
        require(count);
        byte[] bytes = new byte[count];
        payload.get(bytes);
        return bytes;
    }

    private void require(int count) throws UnframedException {
        if (count < 0 || payload.remaining() < count) {
            throw new UnframedException("a PostgreSQL message of type " + type + " that ends too early");
        }
    }
}
