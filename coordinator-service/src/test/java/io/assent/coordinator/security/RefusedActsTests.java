package io.assent.coordinator.security;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.assent.coordinator.operations.Audit;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.mock.web.MockHttpServletRequest;

/** Goal: who tries what it may not is written down, and can neither forge a line nor fill the log. Method: refusals by the hundred, under a clock that is set. */
class RefusedActsTests {

    private static final String ACT = "/v1/instance/drain";
    private static final int PER_MINUTE = 60;

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("assent.audit");
    private Instant now = Instant.parse("2026-01-31T12:00:00Z");
    private final RefusedActs refused = new RefusedActs(new Audit(), () -> now, PER_MINUTE);

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
    }

    @Test
    void a_line_tells_who_tried_what_and_what_was_answered() {
        refuse("POST", ACT, "order-service", ProblemType.FORBIDDEN);
        refuse("POST", "/actuator/assent-instance/drain", null, ProblemType.UNAUTHORIZED);

        assertThat(written())
                .containsExactly(
                        "who=\"order-service@10.0.0.7\" what=\"POST\" target=\"/v1/instance/drain\" reason=\"\""
                                + " result=\"403 forbidden\"",
                        "who=\"10.0.0.7\" what=\"POST\" target=\"/actuator/assent-instance/drain\" reason=\"\""
                                + " result=\"401 unauthorized\"");
    }

    @Test
    void what_services_do_and_who_only_looks_is_no_act_of_an_operator() {
        refuse("POST", "/v1/transactions", null, ProblemType.UNAUTHORIZED);
        refuse("POST", "/v1/transactions/019c13ec-9e00-7cd8-9a3e-c39bda137e64/commit", "ada", ProblemType.FORBIDDEN);
        refuse("POST", "/v1/inquiries", null, ProblemType.UNAUTHORIZED);
        refuse("GET", "/v1/doctor", "order-service", ProblemType.FORBIDDEN);

        assertThat(written()).isEmpty();
    }

    @Test
    void what_is_sent_ends_no_line_and_makes_none_long() {
        refuse("POST", "/v1/\"\r\nwho=\"ada\" " + "x".repeat(5_000), "a".repeat(5_000), ProblemType.FORBIDDEN);

        assertThat(written())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains("target=\"/v1/\\\"\\u{d}\\u{a}who=\\\"ada\\\" xxx", "…\"")
                        .doesNotContain("\n", "\r")
                        .hasSizeLessThan(600));
    }

    @Test
    void in_a_minute_there_are_only_so_many_and_then_it_is_told_how_many_are_missing() {
        for (int i = 0; i < PER_MINUTE + 12; i++) {
            refuse("POST", ACT, null, ProblemType.UNAUTHORIZED);
        }
        assertThat(written()).hasSize(PER_MINUTE);

        // Strangers do not hide what somebody with a key tries.
        refuse("POST", ACT, "order-service", ProblemType.FORBIDDEN);
        assertThat(written()).hasSize(PER_MINUTE + 1).last().asString().contains("order-service");

        now = now.plusSeconds(60);
        refuse("POST", ACT, null, ProblemType.UNAUTHORIZED);
        refuse("POST", ACT, null, ProblemType.UNAUTHORIZED);
        List<String> written = written();
        assertThat(written).hasSize(PER_MINUTE + 3);
        assertThat(written.get(PER_MINUTE + 1))
                .endsWith("result=\"401 unauthorized; 12 more before it are not written\"");
        assertThat(written.get(PER_MINUTE + 2)).endsWith("result=\"401 unauthorized\"");
    }

    @Test
    void a_clock_that_is_set_back_silences_nothing() {
        for (int i = 0; i < PER_MINUTE; i++) {
            refuse("POST", ACT, null, ProblemType.UNAUTHORIZED);
        }
        now = now.minusSeconds(3_600);
        refuse("POST", ACT, null, ProblemType.UNAUTHORIZED);

        assertThat(written()).hasSize(PER_MINUTE + 1);
    }

    private List<String> written() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void refuse(String method, String path, @Nullable String caller, ProblemType type) {
        MockHttpServletRequest request = new MockHttpServletRequest(method, path);
        request.setRemoteAddr("10.0.0.7");
        if (caller != null) {
            Principal principal = () -> caller;
            request.setUserPrincipal(principal);
        }
        refused.refused(request, Problem.of(type, null));
    }
}
