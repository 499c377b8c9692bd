package io.assent.participant.autoconfigure;

/** The service cannot take part in transactions as it is configured. */
public final class ParticipantStartException extends RuntimeException {

    private final String remedy;

    ParticipantStartException(String problem, String remedy) {
        super(problem + " " + remedy);
        this.remedy = remedy;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
