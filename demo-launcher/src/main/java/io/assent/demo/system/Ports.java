package io.assent.demo.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** The ports on 127.0.0.1. */
public record Ports(int postgres, int coordinator, int order, int payment) {

    public static final int POSTGRES = 15432;
    public static final int COORDINATOR = 7070;
    public static final int ORDER = 8080;
    public static final int PAYMENT = 8081;

    public Ports {
        for (int port : List.of(postgres, coordinator, order, payment)) {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("A port must be 1 to 65535: " + port);
            }
        }
        if (List.of(postgres, coordinator, order, payment).stream().distinct().count() != 4) {
            throw new IllegalArgumentException("The four ports must differ from each other");
        }
    }

    public static Ports defaults() {
        return new Ports(POSTGRES, COORDINATOR, ORDER, PAYMENT);
    }

    /** Four ports that are free now, for tests. */
    public static Ports free() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
            }
            List<Integer> ports =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            return new Ports(ports.get(0), ports.get(1), ports.get(2), ports.get(3));
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /** One sentence for each service's port that another program has; PostgreSQL checks its own. */
    List<String> taken() {
        List<String> messages = new ArrayList<>();
        check(messages, coordinator, "the coordinator", "--coordinator-port");
        check(messages, order, "the order service", "--order-port");
        check(messages, payment, "the payment service", "--payment-port");
        return messages;
    }

    private static void check(List<String> messages, int port, String service, String option) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
        } catch (IOException e) {
            messages.add(
                    "Port " + port + ", which " + service + " needs, is taken by another program: stop that program,"
                            + " or choose another port with " + option + ".");
        }
    }
}
