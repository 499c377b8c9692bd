package io.assent.chaos.bank;

/** How the primary is taken away from a decision log that is in Patroni's care. Patroni finds the next one. */
enum PatroniFault {
    /** The primary is killed, and its Patroni: the machine is gone. */
    KILLED,
    /** The primary's main process is killed; its Patroni sees that. */
    POSTMASTER_KILLED,
    /** The primary and its Patroni are paused until there is another primary, and then go on. */
    PAUSED,
    /** The primary's Patroni is paused: the old primary goes on beside the new one, and nobody stops it. */
    MANAGER_PAUSED,
    /** Patroni is asked to switch over. */
    SWITCHOVER
}
