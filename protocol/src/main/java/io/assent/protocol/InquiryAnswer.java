package io.assent.protocol;

/** What the coordinator tells a participant that asks about a branch in doubt. */
public enum InquiryAnswer {
    COMMIT,
    ROLLBACK,
    /** Not known now: wait and ask again. Claims nothing. */
    UNDECIDED,
    /** Older than the retention horizon: hold the branch and call a person (R9). */
    FORGOTTEN
}
