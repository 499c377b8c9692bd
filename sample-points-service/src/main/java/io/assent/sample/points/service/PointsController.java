package io.assent.sample.points.service;

import io.assent.participant.GlobalTransactions;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Points are given within a transaction only: without one nobody would ever capture or give up what is reserved. */
@RestController
class PointsController {

    /** The most that one order may cost: a thousand million pounds, in pence. */
    private static final long PENCE = 100_000_000_000L;

    record AwardRequest(
            @NotNull @Pattern(regexp = "[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
            String orderNumber,

            @NotNull @Pattern(regexp = "[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
            String customer,

            @Positive @Max(PENCE) long amountPence) {}

    private final AwardService service;
    private final Awards awards;

    PointsController(AwardService service, Awards awards) {
        this.service = service;
        this.awards = awards;
    }

    @PostMapping("/api/points")
    ResponseEntity<Award> give(@Valid @RequestBody AwardRequest request) {
        if (GlobalTransactions.currentId().isEmpty()) {
            throw new ErrorResponseException(
                    HttpStatus.CONFLICT,
                    ProblemDetail.forStatusAndDetail(
                            HttpStatus.CONFLICT,
                            "Points are given in a transaction: send the header Assent-Transaction"),
                    null);
        }
        Award award = Award.of(request.orderNumber(), request.customer(), request.amountPence());
        return ResponseEntity.status(service.give(award) ? HttpStatus.CREATED : HttpStatus.OK)
                .body(award);
    }

    @GetMapping("/api/sums")
    Awards.Sums sums() {
        return awards.sums();
    }
}
