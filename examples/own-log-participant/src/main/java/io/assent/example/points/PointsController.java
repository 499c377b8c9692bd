package io.assent.example.points;

import io.assent.participant.GlobalTransactional;
import io.assent.participant.GlobalTransactions;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The business. A booking belongs to the caller's global transaction; without one, it starts its own. */
@RestController
@RequestMapping("/api")
public class PointsController {

    private final PointsLog log;

    PointsController(PointsLog log) {
        this.log = log;
    }

    @PostMapping("/bookings")
    @ResponseStatus(HttpStatus.CREATED)
    @GlobalTransactional(timeout = "10s")
    public void book(@RequestBody Booking booking) {
        try {
            log.book(GlobalTransactions.currentRef().orElseThrow(), booking);
        } catch (NotEnoughPointsException e) {
            throw new ResponseStatusException(HttpStatus.CONFLICT, e.getMessage(), e);
        }
    }

    @GetMapping("/bookings/{key}")
    public List<Booking> bookings(@PathVariable String key) throws IOException {
        List<Booking> bookings = log.bookings(key);
        if (bookings.isEmpty()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "no booking " + key);
        }
        return bookings;
    }

    @GetMapping("/customers/{customer}")
    public Map<String, Object> points(@PathVariable String customer) throws IOException {
        return Map.of("customer", customer, "points", log.points(customer));
    }
}
