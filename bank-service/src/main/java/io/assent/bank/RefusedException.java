package io.assent.bank;

/** A bank refuses for good: the same request would be refused again. */
final class RefusedException extends RuntimeException {

    private final String problem;

    /** @param problem the problem's name, such as {@code insufficient-funds} */
    RefusedException(String problem, String message) {
        super(message);
        this.problem = problem;
    }

    String problem() {
        return problem;
    }
}
