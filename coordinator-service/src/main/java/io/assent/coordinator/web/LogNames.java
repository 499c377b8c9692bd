package io.assent.coordinator.web;

import io.assent.coordinator.engine.DecisionLogs;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import java.util.List;

/** Which of the decision logs a request is about. Thread-safe. */
final class LogNames {

    private final DecisionLogs logs;

    LogNames(DecisionLogs logs) {
        this.logs = logs;
    }

    /** @throws ProblemException if there are several, so that one has to be named */
    String only() {
        List<String> names = names();
        if (names.size() > 1) {
            throw new ProblemException(Problem.of(
                    ProblemType.NOT_FOUND,
                    "There are several logs: ask at " + Paths.BASE + "/logs/{log} for one of " + names));
        }
        return names.get(0);
    }

    /** @throws ProblemException if there is none of this name */
    String known(String name) {
        if (!names().contains(name)) {
            throw new ProblemException(Problem.of(ProblemType.NOT_FOUND, "There is no log of this name"));
        }
        return name;
    }

    private List<String> names() {
        return logs.logs().stream().map(DecisionLogs.Log::name).toList();
    }
}
