package io.assent.coordinator.web;

/** Where the API lies. */
final class Paths {

    static final String BASE = "/v1";
    static final String TRANSACTIONS = BASE + "/transactions";
    static final String COMMITS = BASE + "/commits";

    private Paths() {}
}
