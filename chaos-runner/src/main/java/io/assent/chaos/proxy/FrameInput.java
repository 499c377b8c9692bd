package io.assent.chaos.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads a stream and keeps what was read since the last message: whatever happens, it can still be handed on. */
final class FrameInput {

    /** More than any message of these systems; beyond it the stream is passed on unframed. */
    static final int LONGEST_MESSAGE = 16 << 20;

    private final InputStream in;
    private ByteArrayOutputStream taken = new ByteArrayOutputStream();

    FrameInput(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 14);
    }

    /** The next byte, or -1 at the end. */
    int read() throws IOException, UnframedException {
        int next = in.read();
        if (next >= 0) {
            room(1);
            taken.write(next);
        }
        return next;
    }

    /** Exactly so many bytes. */
    byte[] read(int count) throws IOException, UnframedException {
        room(count);
        byte[] bytes = in.readNBytes(count);
        taken.writeBytes(bytes);
        if (bytes.length < count) {
            throw new EOFException("the stream ended in the middle of a message");
        }
        return bytes;
    }

    /** How many bytes were read since the last {@link #take()}. */
    int size() {
        return taken.size();
    }

    /** What was read since the last call. */
    byte[] take() {
        byte[] bytes = taken.toByteArray();
        taken = new ByteArrayOutputStream();
        return bytes;
    }

    /** Bytes without any meaning. Returns -1 at the end. */
    int readRaw(byte[] buffer) throws IOException {
        return in.read(buffer);
    }

    private void room(int count) throws UnframedException {
        if (count < 0 || count > LONGEST_MESSAGE - taken.size()) {
            throw new UnframedException("a message of more than " + LONGEST_MESSAGE + " bytes");
        }
    }
}
