package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.CoordinatorClient;
import java.time.Duration;

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

    BranchResource wrap(BranchResource resource, World world) {
        return resource;
    }

    CoordinatorClient wrap(CoordinatorClient coordinator, World world) {
        return coordinator;
    }

    /** An order ends whatever execution of the branch there is, in any transaction. */
    boolean ordersByBranchAlone() {
        return false;
    }

    /** The starter's connection does not mind that a statement failed before. */
    boolean overlooksFailedStatements() {
        return false;
    }

    /** The starter's connection does not show warnings. */
    boolean overlooksWarnings() {
        return false;
    }

    /** How long after the deadline a cancel waits for a try that may be on its way. */
    Duration cancelDelay() {
        return Outside.TIMEOUT;
    }

    /** How long a coordinator waits whose clock is off by {@code clockOffset}. */
    Duration wait(Duration wanted, Duration clockOffset) {
        return wanted;
    }
}
