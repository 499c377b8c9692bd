package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.mock.web.MockHttpServletRequest;

/** Goal: what only the client did is not logged as our error; what we did is. */
@ExtendWith(OutputCaptureExtension.class)
class ProblemAdviceTests {

    private final ProblemAdvice advice = new ProblemAdvice(new Answers(Duration.ofSeconds(1)));
    private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v1/inquiries");

    @Test
    void a_client_that_hangs_up_while_it_is_answered_is_no_error(CapturedOutput output) {
        Exception hungUp = new HttpMessageNotWritableException(
                "Could not write JSON", new IOException("Connection reset by peer"));

        assertThat(advice.other(hungUp, request)).isNull();

        assertThat(output.getAll()).doesNotContain("ERROR");
    }

    @Test
    void an_answer_that_cannot_be_made_is_one(CapturedOutput output) {
        Exception ours =
                new HttpMessageNotWritableException("Could not write JSON", new IllegalStateException("cycle"));

        ResponseEntity<Object> answer = advice.other(ours, request);

        assertThat(answer).isNotNull();
        assertThat(answer.getStatusCode().value()).isEqualTo(500);
        assertThat(output.getAll()).contains("ERROR", "/v1/inquiries");
    }
}
