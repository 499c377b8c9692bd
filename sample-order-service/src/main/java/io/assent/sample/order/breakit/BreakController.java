package io.assent.sample.order.breakit;

import io.assent.sample.order.breakit.PaymentBreakClient.Mode;
import io.assent.sample.order.breakit.PaymentBreakClient.Setting;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

@RestController
@ConditionalOnBooleanProperty("sample.break.enabled")
@Tag(name = "Break it")
class BreakController {

    enum PaymentFailure {
        NONE,
        REFUSE,
        SLOW,
        KILL_AFTER_VOTE
    }

    enum CoordinatorFailure {
        NONE,
        KILL_AFTER_DECISION
    }

    /** @param delayMillis how long SLOW takes; without meaning for the others */
    record BreakSetting(
            @NotNull PaymentFailure payment,
            @NotNull CoordinatorFailure coordinator,
            @Min(0) @Max(600_000) long delayMillis) {

        @AssertTrue(message = "must be only one: payment or coordinator")
        private boolean isFailure() {
            return payment == PaymentFailure.NONE || coordinator == CoordinatorFailure.NONE;
        }

        static BreakSetting of(Setting setting) {
            boolean coordinator = setting.mode() == Mode.KILL_AFTER_DECISION;
            return new BreakSetting(
                    coordinator
                            ? PaymentFailure.NONE
                            : PaymentFailure.valueOf(setting.mode().name()),
                    coordinator ? CoordinatorFailure.KILL_AFTER_DECISION : CoordinatorFailure.NONE,
                    setting.delayMillis());
        }

        Setting forPaymentService() {
            Mode mode = coordinator == CoordinatorFailure.KILL_AFTER_DECISION
                    ? Mode.KILL_AFTER_DECISION
                    : Mode.valueOf(payment.name());
            return new Setting(mode, delayMillis);
        }
    }

    private final PaymentBreakClient payments;
    private final SystemHealth health;

    BreakController(PaymentBreakClient payments, SystemHealth health) {
        this.payments = payments;
        this.health = health;
    }

    @GetMapping("/api/break")
    @Operation(summary = "The failure that the next checkout runs into")
    BreakSetting armed() {
        try {
            return BreakSetting.of(payments.armed());
        } catch (RestClientException e) {
            throw translate(e);
        }
    }

    @PutMapping("/api/break")
    @Operation(summary = "Arm a failure; it strikes once and disarms itself")
    BreakSetting arm(@Valid @RequestBody BreakSetting setting) {
        try {
            return BreakSetting.of(payments.arm(setting.forPaymentService()));
        } catch (RestClientException e) {
            throw translate(e);
        }
    }

    @GetMapping("/api/system")
    @Operation(summary = "Which of the other processes are up")
    SystemHealth.Report system() {
        return health.report();
    }

    private static ErrorResponseException translate(RestClientException e) {
        if (e instanceof RestClientResponseException answered) {
            HttpStatusCode status = answered.getStatusCode();
            String detail = status.isSameCodeAs(HttpStatus.NOT_FOUND)
                    ? "The payment service runs without sample.break.enabled=true"
                    : "The payment service answered " + status.value();
            return new ErrorResponseException(
                    HttpStatus.CONFLICT, ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, detail), e);
        }
        return new ErrorResponseException(
                HttpStatus.SERVICE_UNAVAILABLE,
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "The payment service is down just now; it is being started again"),
                e);
    }
}
