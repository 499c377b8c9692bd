package io.assent.bank;

/** There is no such thing here. */
final class NotFoundException extends RuntimeException {

    private final String problem;

    NotFoundException(String problem, String message) {
        super(message);
        this.problem = problem;
    }

    String problem() {
        return problem;
    }
}
