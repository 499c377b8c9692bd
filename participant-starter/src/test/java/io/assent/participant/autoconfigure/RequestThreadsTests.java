package io.assent.participant.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

/** Goal: some of the server's threads are left for orders, whatever is configured. */
class RequestThreadsTests {

    @Test
    void half_of_what_is_configured_or_of_what_the_server_has_by_default() {
        assertThat(RequestThreads.half(new MockEnvironment())).isEqualTo(100);
        assertThat(RequestThreads.half(new MockEnvironment().withProperty("server.tomcat.threads.max", "60")))
                .isEqualTo(30);
        assertThat(RequestThreads.half(new MockEnvironment().withProperty("server.jetty.threads.max", "50")))
                .isEqualTo(25);
        assertThat(RequestThreads.half(new MockEnvironment().withProperty("server.tomcat.threads.max", "1")))
                .isEqualTo(1);
    }

    @Test
    void with_virtual_threads_where_java_has_them_nothing_has_to_be_left() {
        assertThat(RequestThreads.half(new MockEnvironment()
                        .withProperty("spring.threads.virtual.enabled", "true")
                        .withProperty("server.tomcat.threads.max", "60")))
                .isEqualTo(Runtime.version().feature() >= 21 ? 10_000 : 30);
    }
}
