package io.assent.demo;

/** Something that goes wrong: it is made to happen, looked at, and mended, the way an operator would. */
interface Incident {

    /** As it is named on the command line. */
    String name();

    /** What happens, for the headline. */
    String title();

    /** Whether it needs the decision log on two servers. */
    boolean replicated();

    /**
     * Goes through it, and records in the walk-through what must hold.
     *
     * @throws Exception when it could not be gone through; what was broken may still be
     */
    void walk(WalkThrough at) throws Exception;
}
