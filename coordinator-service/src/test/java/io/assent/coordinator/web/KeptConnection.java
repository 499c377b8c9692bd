package io.assent.coordinator.web;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Sends requests byte by byte over one connection for as long as the server keeps it. Not thread-safe. */
final class KeptConnection implements Closeable {

    private final int port;
    private Socket socket;
    private InputStream in;

    KeptConnection(int port) {
        this.port = port;
    }

    /** @param head whether the answer has no body whatever it says of one */
    Http.Response exchange(byte[] request, boolean head) throws IOException {
        boolean kept = socket != null;
        try {
            return once(request, head);
        } catch (IOException e) {
            close();
            if (!kept) {
                throw e;
            }
            // The server may have closed it just when the request was on its way.
            return once(request, head);
        }
    }

    private Http.Response once(byte[] request, boolean head) throws IOException {
        if (socket == null) {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        }
        try {
            socket.getOutputStream().write(request);
        } catch (IOException e) {
            // It may have answered and closed before it has read everything.
        }
        String status = line();
        while (status.startsWith("HTTP/1.1 100")) {
            headers();
            status = line();
        }
        Map<String, String> headers = headers();
        int code = Integer.parseInt(status.split(" ")[1]);
        byte[] body = head || code == 204 || code == 304 ? new byte[0] : body(headers);
        if ("close".equalsIgnoreCase(headers.get("Connection"))) {
            close();
        }
        return new Http.Response(
                code, headers.getOrDefault("Content-Type", ""), headers, new String(body, StandardCharsets.UTF_8));
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            String[] header = line.split(": *", 2);
            headers.put(header[0], header[1]);
        }
        return headers;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if ("chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"))) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int size = chunk(); size > 0; size = chunk()) {
                body.write(in.readNBytes(size));
                line();
            }
            line();
            return body.toByteArray();
        }
        String length = headers.get("Content-Length");
        return length == null ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
