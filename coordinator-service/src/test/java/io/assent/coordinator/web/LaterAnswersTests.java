package io.assent.coordinator.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.Answer;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Goal: an answer costs one way through the filters, and response objects never meet two threads. */
@WebTest
@Import(LaterAnswersTests.Filters.class)
class LaterAnswersTests {

    private static final String COMMIT = "/v1/transactions/" + Records.ID + "/commit";
    private static final String BODY = "{\"deadline\":\"2026-01-01T00:00:30Z\",\"branches\":[]}";

    @Autowired
    FakeCoordinator coordinator;

    @Autowired
    Watch watch;

    @LocalServerPort
    int port;

    Http http;

    @TestConfiguration(proxyBeanMethods = false)
    static class Filters {

        @Bean
        Watch watch() {
            return new Watch();
        }

        @Bean
        FilterRegistrationBean<Watch> watchRegistration(Watch watch) {
            FilterRegistrationBean<Watch> registration = new FilterRegistrationBean<>(watch);
            registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
            return registration;
        }
    }

    /** A filter that sees every way through, and has something to add to a response on the way back. */
    static class Watch extends HttpFilter {

        private static final long serialVersionUID = 1L;

        final transient List<DispatcherType> passed = new CopyOnWriteArrayList<>();
        transient CountDownLatch stay = new CountDownLatch(0);

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            passed.add(request.getDispatcherType());
            chain.doFilter(request, response);
            try {
                if (!stay.await(10, TimeUnit.SECONDS)) {
                    throw new ServletException("nobody let it go");
                }
            } catch (InterruptedException e) {
                throw new ServletException(e);
            }
            ((HttpServletResponse) response).setHeader("X-Way-Back", "seen");
        }
    }

    @BeforeEach
    void start() {
        coordinator.reset();
        watch.passed.clear();
        watch.stay = new CountDownLatch(0);
        http = new Http(port);
    }

    @Test
    void an_answer_that_comes_later_does_not_pass_the_filters_again() {
        coordinator.answer = id -> new CompletableFuture<Answer>()
                .completeOnTimeout(new Answer(Answer.Result.TOO_OLD, id, null, null), 100, TimeUnit.MILLISECONDS);

        Http.Response response = http.post(COMMIT, BODY);

        assertThat(response.status()).isEqualTo(410);
        assertThat(response.contentType()).isEqualTo("application/problem+json");
        assertThat(watch.passed).containsExactly(DispatcherType.REQUEST);
    }

    @Test
    void an_answer_that_is_there_before_the_filters_are_left_waits_for_that() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        watch.stay = new CountDownLatch(1);
        coordinator.answer = id -> CompletableFuture.supplyAsync(
                        () -> new Answer(Answer.Result.TOO_OLD, id, null, null))
                .whenComplete((answer, failure) -> answered.countDown());

        CompletableFuture<Http.Response> response = CompletableFuture.supplyAsync(() -> http.post(COMMIT, BODY));

        assertThat(answered.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(response).isNotDone();
        watch.stay.countDown();
        assertThat(response.get(10, TimeUnit.SECONDS).headers()).containsEntry("X-Way-Back", "seen");
    }

    @Test
    void an_answer_tells_its_length_so_that_nobody_waits_for_its_end() {
        coordinator.answer(Answer.Result.OK, Records.active());

        Http.Response response = http.post(COMMIT, BODY);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers())
                .containsEntry("Content-Length", String.valueOf(response.body().getBytes(UTF_8).length))
                .doesNotContainKey("Transfer-Encoding");
    }

    @Test
    void a_stage_that_fails_is_answered_like_an_exception() {
        coordinator.answer = id -> CompletableFuture.failedFuture(new IllegalStateException("a bug"));

        Http.Response response = http.get("/v1/transactions/" + Records.ID);

        assertThat(response.status()).isEqualTo(500);
        assertThat(response.text("type")).endsWith("internal-error");
    }

    @Test
    void what_the_client_does_not_accept_is_a_problem() {
        coordinator.answer(Answer.Result.OK, Records.active());

        Http.Response response = http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/transactions/" + Records.ID))
                        .header("Accept", "image/png"));

        assertThat(response.status()).isEqualTo(406);
    }

    /** The two seconds of {@code assent.coordinator.web.request-timeout}. */
    @Test
    void an_answer_that_does_not_come_is_unknown() {
        coordinator.answer = id -> new CompletableFuture<>();

        Http.Response response = http.post(COMMIT, BODY);

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.text("type")).endsWith("outcome-unknown");
        assertThat(watch.passed).containsExactly(DispatcherType.REQUEST);
    }
}
