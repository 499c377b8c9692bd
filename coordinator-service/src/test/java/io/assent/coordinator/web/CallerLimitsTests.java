package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.assent.coordinator.engine.Admission;
import io.assent.coordinator.web.CallerLimits.Kind;
import io.assent.coordinator.web.CallerLimits.Place;
import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.MethodParameter;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Goal: a service that has its share is refused, and nobody else. Method: requests of two services and an operator, counted one by
 * one, with bounds of two or three.
 */
@ExtendWith(OutputCaptureExtension.class)
class CallerLimitsTests {

    private static final int NO_RATE = 0;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void a_service_that_has_enough_at_work_is_refused_until_something_of_it_has_ended() {
        CallerLimits limits = limits(NO_RATE, 2, 1);
        Place first = limits.arrive(of("orders"), Kind.GOES_ON);
        limits.arrive(of("orders"), Kind.GOES_ON);

        assertThat(refusal(() -> limits.arrive(of("orders"), Kind.GOES_ON)).detail())
                .contains("at most 2 requests of one service at once", "decided nothing");
        assertThat(refused("open")).isEqualTo(1);

        first.close();
        limits.arrive(of("orders"), Kind.GOES_ON);
        refusal(() -> limits.arrive(of("orders"), Kind.GOES_ON));
        assertThat(refused("open")).isEqualTo(2);
    }

    @Test
    void what_ends_work_and_what_others_send_is_let_in_nevertheless() {
        CallerLimits limits = limits(NO_RATE, 2, 1);
        limits.arrive(of("orders"), Kind.GOES_ON);
        limits.arrive(of("orders"), Kind.GOES_ON);
        refusal(() -> limits.arrive(of("orders"), Kind.GOES_ON));

        Place rollback = limits.arrive(of("orders"), Kind.ENDS);
        limits.arrive(of("orders"), Kind.ENDS);
        refusal(() -> limits.arrive(of("orders"), Kind.ENDS));
        rollback.close();
        limits.arrive(of("orders"), Kind.ENDS);
        limits.arrive(of("shipping"), Kind.GOES_ON);

        assertThat(refused("open")).isEqualTo(2);
    }

    @Test
    void a_service_that_has_left_too_much_undecided_begins_nothing_more_and_goes_on_with_the_rest() {
        CallerLimits limits = limits(NO_RATE, 3, 1);
        limits.arrive(of("orders"), Kind.BEGINS).close();
        limits.arrive(of("orders"), Kind.BEGINS).close();

        for (int i = 0; i < 5; i++) {
            assertThat(refusal(() -> limits.arrive(of("orders"), Kind.BEGINS)).detail())
                    .contains("at most 2 transactions of one service that are begun and not decided");
        }
        assertThat(refused("undecided")).isEqualTo(5);
        // Whoever was refused has left its place.
        limits.arrive(of("orders"), Kind.GOES_ON);
        limits.arrive(of("orders"), Kind.GOES_ON);
        limits.arrive(of("orders"), Kind.GOES_ON);
        limits.arrive(of("shipping"), Kind.BEGINS);
        limits.arrive(of("ada", "SCOPE_tx:operate"), Kind.BEGINS);
    }

    @Test
    void operators_and_those_who_need_not_say_who_they_are_are_not_limited() {
        CallerLimits limits = limits(1, 1, 1);
        HttpServletRequest operator = of("ada", "SCOPE_tx:operate", "SCOPE_tx:begin");
        // Where nobody has to prove who they are, everybody may do everything.
        HttpServletRequest somebody = of("everybody", "SCOPE_tx:operate", "SCOPE_tx:begin");

        for (int i = 0; i < 5; i++) {
            limits.arrive(operator, Kind.GOES_ON);
            limits.arrive(somebody, Kind.GOES_ON);
            limits.body(operator);
            limits.body(somebody);
            limits.commits(operator, 256);
            limits.commits(somebody, 256);
        }

        assertThat(refused("open") + refused("bodies") + refused("rate")).isZero();
    }

    @Test
    void as_many_bodies_are_waited_for_as_may_be() {
        CallerLimits limits = limits(NO_RATE, 5, 2);
        Place slow = limits.body(of("orders"));
        limits.body(of("orders"));

        assertThat(refusal(() -> limits.body(of("orders"))).detail()).contains("at most 2 bodies of one service");
        limits.body(of("shipping"));
        slow.close();
        limits.body(of("orders"));

        assertThat(refused("bodies")).isEqualTo(1);
    }

    /** Seconds begin when they like: so it is sent until it is too much. */
    @Test
    void a_service_that_sends_too_many_a_second_is_refused_until_the_next_one() {
        CallerLimits limits = limits(3, 1, 1);

        Problem problem = refusal(() -> {
            for (int i = 0; i < 1_000_000; i++) {
                limits.arrive(of("orders"), Kind.GOES_ON).close();
            }
        });

        assertThat(problem.detail()).contains("at most 3 requests of one service in a second");
        assertThat(refused("rate")).isEqualTo(1);
        limits.arrive(of("shipping"), Kind.GOES_ON).close();
        for (int i = 0; i < 10; i++) {
            limits.arrive(of("orders"), Kind.ENDS).close();
        }
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            limits.arrive(of("orders"), Kind.GOES_ON).close();
            return true;
        });
    }

    @Test
    void each_commit_of_a_message_counts_and_the_largest_message_is_let_in_at_least_alone() {
        CallerLimits limits = limits(3, 1, 1);

        limits.arrive(of("orders"), Kind.GOES_ON).close();
        limits.commits(of("orders"), 256);
        assertThat(refused("rate")).isZero();

        refusal(() -> {
            for (int i = 0; i < 1_000_000; i++) {
                limits.commits(of("orders"), 2);
            }
        });
        assertThat(refused("rate")).isEqualTo(1);
    }

    @Test
    void the_log_names_who_is_refused_once_a_minute_whatever_the_name_is(CapturedOutput output) {
        CallerLimits limits = limits(NO_RATE, 1, 1);
        String name = "orders\nWARN forged";
        limits.arrive(of(name), Kind.GOES_ON);

        refusal(() -> limits.arrive(of(name), Kind.GOES_ON));
        refusal(() -> limits.arrive(of(name), Kind.GOES_ON));
        assertThat(lines(output)).isEqualTo(1);
        assertThat(output).contains("Requests of \"orders\\u{a}WARN forged\" are refused");

        now = now.plus(Duration.ofMinutes(1));
        refusal(() -> limits.arrive(of(name), Kind.GOES_ON));
        assertThat(lines(output)).isEqualTo(2);
    }

    @Test
    void a_bound_of_bodies_that_bounds_nothing_is_told_at_the_start(CapturedOutput output) {
        CallerSettings settings = new CallerSettings(NO_RATE, 1, 50, 0, Duration.ofSeconds(1));
        try (UndecidedCount undecided = new UndecidedCount(new FakeCoordinator(), settings, System::nanoTime)) {
            WebConfiguration wiring = new WebConfiguration();
            wiring.callerLimits(settings, undecided, () -> now, registry, new MockEnvironment(), 51);
            assertThat(output).doesNotContain("max-bodies");

            wiring.callerLimits(settings, undecided, () -> now, registry, new MockEnvironment(), 50);
            assertThat(output).contains("max-bodies is 50 and server.tomcat.threads.max is 50");
        }
    }

    /** Goal: who is refused at one door takes no place behind the other. Method: both interceptors in Spring's own chain. */
    @Test
    void a_request_that_is_refused_at_the_door_is_answered_there_and_leaves_its_place() throws Exception {
        CallerLimits limits = limits(new CallerSettings(NO_RATE, 1, 1, 100, Duration.ofSeconds(1)));
        Answers answers = new Answers(Duration.ofSeconds(7));
        MockMvc coordinator = MockMvcBuilders.standaloneSetup(new Begins())
                .addInterceptors(
                        new CallerLimitsInterceptor(limits, answers), new AdmissionInterceptor(overloaded(), answers))
                .build();
        for (int i = 0; i < 3; i++) {
            coordinator
                    .perform(begin())
                    .andExpect(status().isServiceUnavailable())
                    .andExpect(content().contentType(Problem.MEDIA_TYPE))
                    .andExpect(header().string("Retry-After", "7"))
                    .andExpect(jsonPath("type").value(ProblemType.OVERLOADED.uri()))
                    .andExpect(jsonPath("detail", containsString("full")));
        }

        Place place = limits.arrive(of("orders"), Kind.GOES_ON);
        coordinator
                .perform(begin())
                .andExpect(status().isTooManyRequests())
                .andExpect(content().contentType(Problem.MEDIA_TYPE))
                .andExpect(header().string("Retry-After", "7"))
                .andExpect(jsonPath("type").value(ProblemType.RATE_LIMITED.uri()))
                .andExpect(jsonPath("detail", containsString("at most 1 requests")));
        place.close();
        coordinator.perform(begin()).andExpect(status().isServiceUnavailable());
    }

    /** Goal: who has read an answer finds its place free. Method: whoever writes the answer looks whether it is. */
    @Test
    void an_answer_that_comes_later_keeps_its_place_until_it_is_there_and_no_longer() throws Exception {
        CallerLimits limits = limits(new CallerSettings(NO_RATE, 1, 1, 100, Duration.ofSeconds(1)));
        CompletableFuture<String> answer = new CompletableFuture<>();
        AtomicBoolean free = new AtomicBoolean();
        HandlerMethodReturnValueHandler writer = new HandlerMethodReturnValueHandler() {
            @Override
            public boolean supportsReturnType(MethodParameter type) {
                return type.getParameterType() == String.class;
            }

            @Override
            public void handleReturnValue(
                    @Nullable Object value,
                    MethodParameter type,
                    ModelAndViewContainer container,
                    NativeWebRequest request) {
                limits.arrive(of("orders"), Kind.GOES_ON).close();
                free.set(true);
            }
        };
        CallerLimitsInterceptor door = new CallerLimitsInterceptor(limits, new Answers(Duration.ofSeconds(7)));
        LaterAnswers answers = new LaterAnswers(
                Duration.ofSeconds(30), List.of(writer), (request, response, handler, failure) -> null);
        MethodParameter type = new MethodParameter(Later.class.getDeclaredMethod("begin"), -1);
        MockHttpServletRequest request = of("orders");
        request.setMethod("POST");
        request.setAsyncSupported(true);
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, Paths.TRANSACTIONS);
        MockHttpServletResponse response = new MockHttpServletResponse();

        new LaterAnswers.Gate().doFilter(request, response, (req, res) -> {
            assertThat(door.preHandle(request, response, this)).isTrue();
            answers.handleReturnValue(
                    answer, type, new ModelAndViewContainer(), new ServletWebRequest(request, response));
            door.afterCompletion(request, response, this, null);
        });
        refusal(() -> limits.arrive(of("orders"), Kind.GOES_ON));
        assertThat(free).isFalse();

        answer.complete("committed");
        assertThat(free).isTrue();
        limits.arrive(of("orders"), Kind.GOES_ON);
        refusal(() -> limits.arrive(of("orders"), Kind.GOES_ON));
    }

    private static MockHttpServletRequestBuilder begin() {
        return post(Paths.TRANSACTIONS)
                .principal(UsernamePasswordAuthenticationToken.authenticated(
                        "orders", null, AuthorityUtils.createAuthorityList()));
    }

    private static Admission overloaded() {
        return new Admission() {
            @Override
            public String overloaded(@Nullable TransactionId id) {
                return "full";
            }

            @Override
            public void refused(@Nullable TransactionId id) {}
        };
    }

    /** What is behind both doors. */
    @RestController
    static class Begins {

        @PostMapping(Paths.TRANSACTIONS)
        void begin() {
            throw new IllegalStateException("somebody was let in");
        }
    }

    /** What takes its time. */
    interface Later {

        CompletableFuture<String> begin();
    }

    private static long lines(CapturedOutput output) {
        return output.getAll()
                .lines()
                .filter(line -> line.contains("are refused"))
                .count();
    }

    private CallerLimits limits(int rate, int open, int bodies) {
        return limits(new CallerSettings(rate, open, bodies, 2, Duration.ofSeconds(1)));
    }

    private CallerLimits limits(CallerSettings settings) {
        return new CallerLimits(
                settings, new UndecidedCount(new FakeCoordinator(), settings, System::nanoTime), () -> now, registry);
    }

    private static MockHttpServletRequest of(String name, String... authorities) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setUserPrincipal(UsernamePasswordAuthenticationToken.authenticated(
                name, null, AuthorityUtils.createAuthorityList(authorities)));
        return request;
    }

    private static Problem refusal(Runnable call) {
        Problem[] problem = new Problem[1];
        assertThatThrownBy(call::run).isInstanceOfSatisfying(ProblemException.class, e -> problem[0] = e.problem());
        assertThat(problem[0].type()).isEqualTo(ProblemType.RATE_LIMITED.uri());
        assertThat(problem[0].status()).isEqualTo(429);
        assertThat(problem[0].retryable()).isTrue();
        return problem[0];
    }

    private double refused(String reason) {
        return registry.get("assent.callers.refused")
                .tag("reason", reason)
                .counter()
                .count();
    }
}
