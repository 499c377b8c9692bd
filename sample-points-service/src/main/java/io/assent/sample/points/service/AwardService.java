package io.assent.sample.points.service;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Gives points for an order, once. Plain {@code @Transactional} code; only the provider's part is a reservation. */
@Service
class AwardService {

    private final Awards awards;
    private final ProviderPoints points;

    AwardService(Awards awards, ProviderPoints points) {
        this.awards = awards;
        this.points = points;
    }

    /** Returns whether anything was done: false for a repetition, and for an order that is too small. */
    @Transactional
    public boolean give(Award award) {
        if (award.isEmpty()) {
            return false;
        }
        // Noted first: a second request for this order waits here, before it has reserved anything.
        if (!awards.add(award)) {
            Award earlier = awards.get(award.orderNumber());
            if (!earlier.equals(award)) {
                throw new AwardConflictException(earlier);
            }
            return false;
        }
        points.reserve(award);
        return true;
    }
}
