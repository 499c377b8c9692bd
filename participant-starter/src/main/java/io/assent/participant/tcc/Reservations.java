package io.assent.participant.tcc;

import io.assent.participant.postgres.ReservationLog;

/** The parts that reservations are made and ended with. Thread-safe. */
public final class Reservations {

    private final ReservationLog log;
    private final ReservationEnder ender;
    private final Tries tries = new Tries();
    private volatile boolean inUse;

    public Reservations(ReservationLog log, ReservationEnder ender) {
        this.log = log;
        this.ender = ender;
    }

    /** Whether there is a table of reservations; until then nothing is asked of it. */
    public boolean inUse() {
        return inUse;
    }

    /** The table is there. */
    public void use() {
        inUse = true;
    }

    /** How many are open. */
    public int count() {
        return inUse ? log.count() : 0;
    }

    public ReservationLog log() {
        return log;
    }

    ReservationEnder ender() {
        return ender;
    }

    Tries tries() {
        return tries;
    }
}
