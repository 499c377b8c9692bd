package io.assent.chaos.points;

/** How the branch set reaches the coordinator. */
public enum Flow {
    /** A transfer is posted to {@code bank-1}, which calls the others and sends the votes with its commit request. */
    COLLECTED,
    /** The client begins at {@code coordinator-1}, calls each bank, which enlists its branch, and asks for the commit. */
    ENLISTED
}
