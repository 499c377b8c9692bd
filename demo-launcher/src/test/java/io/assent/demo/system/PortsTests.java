package io.assent.demo.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** Goal: a taken port is named with the option that changes it. */
class PortsTests {

    @Test
    void namesTakenPortAndOption() throws Exception {
        // Taken first: a port that is free now may be handed out again.
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Ports free = Ports.free();
            assertThat(free.taken()).isEmpty();
            int taken = socket.getLocalPort();
            Ports ports = new Ports(free.postgres(), free.coordinator(), taken, free.payment());
            assertThat(ports.taken())
                    .singleElement()
                    .asString()
                    .contains("Port " + taken)
                    .contains("order service")
                    .contains("--order-port");
        }
    }

    @Test
    void theStockServicesPortMattersOnlyIfThereIsOne() throws Exception {
        assertThat(Ports.freeWithStock().withStock()).isTrue();
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Ports free = Ports.free();
            assertThat(free.withStock()).isFalse();
            int taken = socket.getLocalPort();
            Ports ports = new Ports(free.postgres(), free.coordinator(), free.order(), free.payment(), taken);
            assertThat(ports.taken()).singleElement().asString().contains("stock service", "--stock-port");
        }
    }

    @Test
    void thePortsOfAllKindsMatterOnlyIfTheyAreThere() throws Exception {
        assertThat(Ports.freeWithStock().withAllKinds()).isFalse();
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Ports free = Ports.freeWithAllKinds();
            assertThat(free.withAllKinds()).isTrue();
            assertThat(free.taken()).isEmpty();
            Ports ports = new Ports(
                    free.postgres(),
                    free.coordinator(),
                    free.order(),
                    free.payment(),
                    free.stock(),
                    free.points(),
                    free.provider(),
                    socket.getLocalPort());
            assertThat(ports.taken()).singleElement().asString().contains("the broker", "--broker-port");
        }
    }
}
