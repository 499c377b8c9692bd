package io.assent.sample.points.service;

import io.assent.participant.Reservation;
import io.assent.participant.TryConfirmCancel;
import org.springframework.stereotype.Service;

/** Points at the provider: reserved while the order is under way, captured if it commits, given up if it does not. */
@Service
class ProviderPoints {

    private final ProviderClient provider;
    private final Awards awards;

    ProviderPoints(ProviderClient provider, Awards awards) {
        this.provider = provider;
        this.awards = awards;
    }

    @TryConfirmCancel(confirm = "capture", cancel = "giveUp")
    public void reserve(Award award) {
        provider.reserve(Reservation.key(), award.customer(), award.points());
    }

    /** The provider may hear it again; the award is marked once, in one transaction with the end of the reservation. */
    void capture(Award award) {
        provider.capture(Reservation.key());
        awards.captured(award.orderNumber(), Reservation.key());
    }

    /** The award has gone with its branch. */
    void giveUp(Award award) {
        provider.giveUp(Reservation.key());
    }
}
