package io.assent.chaos.points;

/** What the branches of a case vote when nothing disturbs them. */
public enum Votes {
    ALL_YES,
    /** The last one refuses after its work. */
    ONE_NO
}
