package io.assent.chaos.checker;

/** Looks for violations of some invariants. */
interface Rule {

    void check(Evidence evidence, Findings findings);
}
