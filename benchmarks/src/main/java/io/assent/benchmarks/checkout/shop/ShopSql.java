package io.assent.benchmarks.checkout.shop;

/** The tables of both services and the statements of one checkout. */
public final class ShopSql {

    /** So many that clients which work at the same time never meet at one. */
    public static final int ACCOUNTS = 4096;

    /** Of all accounts together, always. */
    public static final long MONEY = ACCOUNTS * 1_000_000_000_000L;

    /** The database of the order service. */
    public static final String ORDER_SCHEMA =
            "create table purchase_order (id text primary key, payer integer not null, amount bigint not null)";

    /** The database of the payment service: accounts that never run dry, and the payments between them. */
    public static final String PAYMENT_SCHEMA = """
            create table account (id integer primary key, balance bigint not null check (balance >= 0));
            create table payment (id text primary key, payer integer not null, payee integer not null, amount bigint not null);
            insert into account select n, 1000000000000 from generate_series(1, %d) n
            """.formatted(ACCOUNTS);

    /** Parameters: id, payer, amount. */
    public static final String INSERT_ORDER = "insert into purchase_order (id, payer, amount) values (?, ?, ?)";

    /** Parameters: id, payer, payee, amount. */
    public static final String INSERT_PAYMENT = "insert into payment (id, payer, payee, amount) values (?, ?, ?, ?)";

    /** Parameters: what is added, which may be negative; account. Once for the payer, once for the payee. */
    public static final String CHANGE_BALANCE = "update account set balance = balance + ? where id = ?";

    private ShopSql() {}
}
