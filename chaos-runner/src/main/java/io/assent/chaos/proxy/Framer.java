package io.assent.chaos.proxy;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Cuts one direction of a connection into messages. Used by one thread. */
interface Framer {

    /**
     * The next message.
     *
     * @return null at an end of the stream between two messages
     * @throws java.io.EOFException at an end in the middle of one
     * @throws UnframedException if this is not what the framer understands
     */
    @Nullable
    Frame next() throws IOException, UnframedException;
}
