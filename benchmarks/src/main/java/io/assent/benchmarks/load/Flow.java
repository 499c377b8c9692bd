package io.assent.benchmarks.load;

/** What the client does in one transaction; see docs/initiators.md. */
public enum Flow {
    /** The work call alone, without a global transaction. */
    LOCAL,
    /** Begins a transaction, sends the work call without it, and commits: what the client's own calls cost. */
    EMPTY,
    /** Begins a transaction, sends the work call in it, and commits; the participant enlists itself. */
    BEGUN,
    /** Sends the work call with an id of its own and the votes of the answer with the commit: what the starter does. */
    COLLECTED
}
