package io.assent.sample.payment.breakit;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
@ConditionalOnBooleanProperty("sample.break.enabled")
@Tag(name = "Break it")
class BreakController {

    private final ArmedFailure failure;
    private final BreakProperties properties;

    BreakController(ArmedFailure failure, BreakProperties properties) {
        this.failure = failure;
        this.properties = properties;
    }

    @GetMapping("/api/break")
    @Operation(summary = "The failure that the next checkout runs into")
    ArmedFailure.Setting armed() {
        return failure.get();
    }

    @PutMapping("/api/break")
    @Operation(summary = "Arm a failure; it strikes once and disarms itself")
    ArmedFailure.Setting arm(@Valid @RequestBody ArmedFailure.Setting setting) {
        if (setting.mode() == FailureMode.KILL_AFTER_DECISION && properties.coordinatorPidFile() == null) {
            throw new ErrorResponseException(
                    HttpStatus.CONFLICT,
                    ProblemDetail.forStatusAndDetail(
                            HttpStatus.CONFLICT,
                            "The coordinator's process is not known: set sample.break.coordinator-pid-file"),
                    null);
        }
        failure.arm(setting);
        return setting;
    }
}
