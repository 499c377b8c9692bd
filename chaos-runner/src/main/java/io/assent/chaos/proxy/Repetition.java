package io.assent.chaos.proxy;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;

/** Sends an HTTP request that was seen before once more. */
final class Repetition {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int REPLY_MILLIS = 60_000;

    private Repetition() {}

    /** Sends it on a connection of its own and reads the reply, without rules and switches. */
    static Message send(FaultProxy proxy, Message request) throws IOException, UnframedException {
        try (Socket socket = new Socket()) {
            socket.connect(proxy.target(), CONNECT_MILLIS);
            socket.setSoTimeout(REPLY_MILLIS);
            Dialogue dialogue = new Dialogue();
            dialogue.open(new Dialogue.Exchange(request, null));
            socket.getOutputStream().write(request.frame().bytes());
            HttpFramer replies = new HttpFramer(new FrameInput(socket.getInputStream()), Direction.REPLY, dialogue);
            while (true) {
                Frame frame = replies.next();
                if (frame == null) {
                    throw new EOFException("the connection was closed without a reply");
                }
                if (frame.paired()) {
                    return new Message(proxy.name(), Direction.REPLY, 0, frame, request);
                }
            }
        }
    }
}
