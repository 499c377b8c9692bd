package io.assent.sample.payment.breakit;

/** What the next checkout runs into. */
enum FailureMode {
    NONE,
    /** The payment is refused, as a bank would. */
    REFUSE,
    /** The payment takes longer. */
    SLOW,
    /** This process dies when the decision arrives, before it reads it: it voted and cannot know the decision. */
    KILL_AFTER_VOTE,
    /** The coordinator dies when its decision has reached this process, before it hears that it was carried out. */
    KILL_AFTER_DECISION
}
