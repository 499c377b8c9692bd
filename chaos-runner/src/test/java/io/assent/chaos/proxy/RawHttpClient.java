package io.assent.chaos.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A connection on which nothing is retried, closed or hidden. */
final class RawHttpClient implements AutoCloseable {

    private final Socket socket;
    private final Dialogue dialogue = new Dialogue();
    private final Framer replies;

    RawHttpClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        replies = new HttpFramer(new FrameInput(socket.getInputStream()), Direction.REPLY, dialogue);
    }

    void post(String path, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        send("POST " + path + " HTTP/1.1\r\nHost: test\r\nX-Test: yes\r\nContent-Length: " + bytes.length + "\r\n\r\n"
                + body);
    }

    void postChunked(String path, String... chunks) throws IOException {
        StringBuilder text =
                new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (String chunk : chunks) {
            text.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        send(text + "0\r\n\r\n");
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The body of the next response. */
    String answer() throws IOException, UnframedException {
        Frame frame = replies.next();
        return frame == null ? "(end)" : frame.text();
    }

    /** One byte, or -1 at the end of the stream. */
    int read() throws IOException {
        return socket.getInputStream().read();
    }

    /** Everything up to the end of the stream. */
    byte[] readAll() throws IOException {
        return socket.getInputStream().readAllBytes();
    }

    /** Whether nothing at all comes for this time, neither bytes nor an end. */
    boolean hearsNothing(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            read();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(10_000);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
