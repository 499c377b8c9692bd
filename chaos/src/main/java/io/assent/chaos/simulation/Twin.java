package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.ParticipantClient;

/** The system as it is; wrong twins override one method and plant one bug in it. */
class Twin {

    /** Without a bug. */
    static final Twin RIGHT = new Twin();

    DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
        return log;
    }

    ParticipantClient wrap(ParticipantClient participants, World world) {
        return participants;
    }

    Coordinator wrap(Coordinator coordinator, World world) {
        return coordinator;
    }

    boolean ordersByBranchAlone() {
        return false;
    }
}
