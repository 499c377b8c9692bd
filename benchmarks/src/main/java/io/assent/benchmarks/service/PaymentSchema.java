package io.assent.benchmarks.service;

/** The tables of the service's databases. */
public final class PaymentSchema {

    /** So many that clients which work at the same time never meet at one. */
    public static final int ACCOUNTS = 4096;

    /** The main database: accounts that never run dry, and the payments taken from them. */
    public static final String MAIN = """
            create table account (id integer primary key, balance bigint not null check (balance >= 0));
            create table payment (id text primary key, account integer not null references account, amount bigint not null);
            insert into account select n, 1000000000000 from generate_series(1, %d) n
            """.formatted(ACCOUNTS);

    /** A further database in the same branch. */
    public static final String LEDGER = "create table entry (payment text primary key, amount bigint not null)";

    private PaymentSchema() {}
}
