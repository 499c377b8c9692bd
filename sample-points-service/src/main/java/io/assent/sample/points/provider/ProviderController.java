package io.assent.sample.points.provider;

import io.assent.sample.points.provider.PointsReservation.State;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Reserve, capture, void. A request that is repeated gets the answer that it got the first time. */
@RestController
class ProviderController {

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    /** The most points that are given at once. */
    private static final long POINTS = 10_000_000;

    record ReservationRequest(
            @NotNull @Pattern(regexp = "[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
            String customer,

            @Positive @Max(POINTS) long points) {}

    private final PointsReservations reservations;

    ProviderController(PointsReservations reservations) {
        this.reservations = reservations;
    }

    @PostMapping("/v1/reservations")
    ResponseEntity<PointsReservation> reserve(
            @RequestHeader(IDEMPOTENCY_KEY) UUID key, @Valid @RequestBody ReservationRequest request) {
        boolean made = reservations.reserve(key, request.customer(), request.points());
        PointsReservation reservation = find(key);
        if (reservation.state() == State.VOIDED) {
            throw problem(HttpStatus.CONFLICT, "The reservation was given up");
        }
        if (!reservation.says(request.customer(), request.points())) {
            throw problem(HttpStatus.UNPROCESSABLE_CONTENT, "This key was used for another reservation");
        }
        return ResponseEntity.status(made ? HttpStatus.CREATED : HttpStatus.OK).body(reservation);
    }

    @PostMapping("/v1/reservations/{key}/capture")
    PointsReservation capture(@PathVariable UUID key) {
        reservations.capture(key);
        return ended(key, State.CAPTURED);
    }

    @PostMapping("/v1/reservations/{key}/void")
    PointsReservation giveUp(@PathVariable UUID key) {
        reservations.giveUp(key);
        return ended(key, State.VOIDED);
    }

    @GetMapping("/v1/reservations/{key}")
    PointsReservation get(@PathVariable UUID key) {
        return find(key);
    }

    @GetMapping("/v1/customers/{customer}")
    PointsReservations.Balance balance(@PathVariable String customer) {
        return reservations.balance(customer);
    }

    private PointsReservation ended(UUID key, State state) {
        PointsReservation reservation = find(key);
        if (reservation.state() != state) {
            throw problem(HttpStatus.CONFLICT, "The reservation is " + reservation.state());
        }
        return reservation;
    }

    private PointsReservation find(UUID key) {
        return reservations
                .find(key)
                .orElseThrow(() -> problem(HttpStatus.NOT_FOUND, "There is no reservation with this key"));
    }

    private static ErrorResponseException problem(HttpStatus status, String detail) {
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), null);
    }
}
