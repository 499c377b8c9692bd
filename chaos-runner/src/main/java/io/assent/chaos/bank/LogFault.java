package io.assent.chaos.bank;

/** How a replicated decision log is broken. */
enum LogFault {
    /** The primary is killed, the standby is promoted. */
    KILLED(true),
    /** The primary is paused, the standby is promoted; then the old primary goes on for a while. */
    PAUSED(true),
    /** The standby does not answer, waits for it are cancelled or ended, the primary is killed, the standby is promoted. */
    WAITS_CANCELLED(true),
    /**
     * The standby does not answer, the primary is killed and started again, so that what the standby never got becomes
     * visible; then the primary is lost, and the standby is promoted.
     */
    SEEN_AND_LOST(true),
    /** The primary is killed and started again. */
    RESTARTED(false),
    /** The standby is killed and started again. */
    STANDBY_AWAY(false),
    /** Both are killed and started again. */
    BOTH_RESTARTED(false);

    private final boolean promotes;

    LogFault(boolean promotes) {
        this.promotes = promotes;
    }

    /** Whether it ends with another primary. */
    boolean promotes() {
        return promotes;
    }
}
