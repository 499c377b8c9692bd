package io.assent.protocol;

/** Written once per transaction; writing it is the commit point (R1). */
public enum Decision {
    COMMIT,
    ROLLBACK
}
