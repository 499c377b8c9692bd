package io.assent.coordinator.web;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import org.jspecify.annotations.Nullable;

/** A request that is answered with a problem before anything was done. */
final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    static ProblemException invalid(String pointer, @Nullable String detail) {
        return new ProblemException(
                Problem.of(ProblemType.INVALID_VALUE, detail).at(pointer));
    }

    Problem problem() {
        return problem;
    }
}
