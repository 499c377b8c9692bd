package io.assent.demo.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The ports on 127.0.0.1.
 *
 * @param stock the stock service's; {@link #NONE}: there is no stock service
 */
public record Ports(int postgres, int coordinator, int order, int payment, int stock) {

    public static final int POSTGRES = 15432;
    public static final int COORDINATOR = 7070;
    public static final int ORDER = 8080;
    public static final int PAYMENT = 8081;
    public static final int STOCK = 8082;

    /** No port: the service is left out. */
    public static final int NONE = 0;

    public Ports {
        List<Integer> used = used(postgres, coordinator, order, payment, stock);
        for (int port : used) {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("A port must be 1 to 65535: " + port);
            }
        }
        if (used.stream().distinct().count() != used.size()) {
            throw new IllegalArgumentException("The ports must differ from each other");
        }
    }

    /** Without a stock service. */
    public Ports(int postgres, int coordinator, int order, int payment) {
        this(postgres, coordinator, order, payment, NONE);
    }

    /** Ports that are free now, for tests; without a stock service. */
    public static Ports free() throws IOException {
        Ports free = freeWithStock();
        return new Ports(free.postgres, free.coordinator, free.order, free.payment);
    }

    /** Ports that are free now, for tests. */
    public static Ports freeWithStock() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
            }
            List<Integer> ports =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            return new Ports(ports.get(0), ports.get(1), ports.get(2), ports.get(3), ports.get(4));
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Whether there is a stock service. */
    public boolean withStock() {
        return stock != NONE;
    }

    /** One sentence for each service's port that another program has; PostgreSQL checks its own. */
    List<String> taken() {
        List<String> messages = new ArrayList<>();
        check(messages, coordinator, "the coordinator", "--coordinator-port");
        check(messages, order, "the order service", "--order-port");
        check(messages, payment, "the payment service", "--payment-port");
        if (withStock()) {
            check(messages, stock, "the stock service", "--stock-port");
        }
        return messages;
    }

    private static List<Integer> used(int postgres, int coordinator, int order, int payment, int stock) {
        return stock == NONE
                ? List.of(postgres, coordinator, order, payment)
                : List.of(postgres, coordinator, order, payment, stock);
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
