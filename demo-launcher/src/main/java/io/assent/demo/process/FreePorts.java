package io.assent.demo.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Ports on 127.0.0.1 that servers can come back to. */
public final class FreePorts {

    /**
     * Below the ports that systems give to outgoing connections: one of those could take the port of a server while it is
     * down.
     */
    private static final int LOWEST = 18_000;

    private static final int HIGHEST = 29_999;
    private static final int ATTEMPTS = 1_000;

    private FreePorts() {}

    /**
     * @param count 1 to 1000
     * @return as many different ports that are free now
     * @throws IllegalStateException if they cannot be found
     */
    public static List<Integer> find(int count) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < ATTEMPTS + count && ports.size() < count; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST + 1);
            if (!ports.contains(port) && isFree(port)) {
                ports.add(port);
            }
        }
        if (ports.size() < count) {
            throw new IllegalStateException(
                    "No " + count + " ports are free between " + LOWEST + " and " + HIGHEST + " on 127.0.0.1");
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
