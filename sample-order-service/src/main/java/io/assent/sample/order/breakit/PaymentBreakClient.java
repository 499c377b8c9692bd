package io.assent.sample.order.breakit;

import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PutExchange;

/** The payment service's switches: it is in the middle of every transaction, so it holds them all. */
interface PaymentBreakClient {

    enum Mode {
        NONE,
        REFUSE,
        SLOW,
        KILL_AFTER_VOTE,
        KILL_AFTER_DECISION
    }

    record Setting(Mode mode, long delayMillis) {}

    @GetExchange("/api/break")
    Setting armed();

    @PutExchange("/api/break")
    Setting arm(@RequestBody Setting setting);
}
