package io.assent.demo.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The ports on 127.0.0.1.
 *
 * @param stock the stock service's; {@link #NONE}: there is no stock service
 * @param points the points service's; {@link #NONE}: there is neither a points service nor its provider, and no broker
 * @param provider the points provider's
 * @param broker the message broker's
 */
public record Ports(
        int postgres, int coordinator, int order, int payment, int stock, int points, int provider, int broker) {

    public static final int POSTGRES = 15432;
    public static final int COORDINATOR = 7070;
    public static final int ORDER = 8080;
    public static final int PAYMENT = 8081;
    public static final int STOCK = 8082;
    public static final int POINTS = 8083;
    public static final int PROVIDER = 8084;
    public static final int BROKER = 61616;

    /** No port: the service is left out. */
    public static final int NONE = 0;

    public Ports {
        if ((points == NONE) != (provider == NONE) || (points == NONE) != (broker == NONE)) {
            throw new IllegalArgumentException("The points service, its provider and the broker come together");
        }
        if (points != NONE && stock == NONE) {
            throw new IllegalArgumentException("With a points service there is a stock service");
        }
        List<Integer> used = IntStream.of(postgres, coordinator, order, payment, stock, points, provider, broker)
                .boxed()
                .toList();
        // Those that may be left out stand at the end, and those that are there come first among them.
        used = used.subList(0, points != NONE ? 8 : stock != NONE ? 5 : 4);
        for (int port : used) {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("A port must be 1 to 65535: " + port);
            }
        }
        if (used.stream().distinct().count() != used.size()) {
            throw new IllegalArgumentException("The ports must differ from each other");
        }
    }

    /** Without points and a broker. */
    public Ports(int postgres, int coordinator, int order, int payment, int stock) {
        this(postgres, coordinator, order, payment, stock, NONE, NONE, NONE);
    }

    /** Without a stock service, too. */
    public Ports(int postgres, int coordinator, int order, int payment) {
        this(postgres, coordinator, order, payment, NONE);
    }

    /** Ports that are free now, for tests; without a stock service. */
    public static Ports free() throws IOException {
        Ports free = freeWithAllKinds();
        return new Ports(free.postgres, free.coordinator, free.order, free.payment);
    }

    /** Ports that are free now, for tests; with a stock service. */
    public static Ports freeWithStock() throws IOException {
        Ports free = freeWithAllKinds();
        return new Ports(free.postgres, free.coordinator, free.order, free.payment, free.stock);
    }

    /** Ports that are free now, for tests; with everything. */
    public static Ports freeWithAllKinds() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
            }
            List<Integer> ports =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            return new Ports(
                    ports.get(0),
                    ports.get(1),
                    ports.get(2),
                    ports.get(3),
                    ports.get(4),
                    ports.get(5),
                    ports.get(6),
                    ports.get(7));
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

    /** Whether there are services of all kinds: also a points service, and a broker for the payment service. */
    public boolean withAllKinds() {
        return points != NONE;
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
        if (withAllKinds()) {
            check(messages, points, "the points service", "--points-port");
            check(messages, provider, "the points provider", "--provider-port");
            check(messages, broker, "the broker", "--broker-port");
        }
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
