package io.assent.bank;

/** A bank refuses for good: the same request would be refused again. */
final class RefusedException extends RuntimeException {

    private final String problem;

    /** @param problem the problem's name, such as {@code insufficient-funds} */
    RefusedException(String problem, String message) {
        super(message);
        this.problem = problem;
    }

    static RefusedException accountNotFound(String account) {
        return new RefusedException("account-not-found", "There is no account " + account);
    }

    static RefusedException insufficientFunds(String account) {
        return new RefusedException("insufficient-funds", "Account " + account + " has too little money");
    }

    String problem() {
        return problem;
    }
}
