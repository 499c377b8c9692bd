package io.assent.chaos.checker;

import io.assent.embeddedpostgres.TestPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a small, clean run left: two banks and a decision log in real databases with the real schemas, and the histories.
 * t1 committed; t2 was refused and rolled back; t3 was told to be unknown and turned out to be committed. Tests spoil it.
 *
 * <p>With {@link Shape#VAULT} bank-1 has a second database in its branches, and the balances of bank-2 are in a vault; with
 * {@link Shape#LOG} bank-2 has a log of its own.
 */
final class LeftBehind implements AutoCloseable {

    static final String T1 = "0199a000-0000-7000-8000-000000000001";
    static final String T2 = "0199a000-0000-7000-8000-000000000002";
    static final String T3 = "0199a000-0000-7000-8000-000000000003";
    static final long START = 1_750_000_000_000L;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> HOSTS = List.of("127.0.0.1:18001", "127.0.0.1:18002");

    final List<Object> client = new ArrayList<>();
    final List<Fault> faults = new ArrayList<>();
    final List<DoubtSpell> doubts = new ArrayList<>();
    final List<Resources> resources = new ArrayList<>();
    final List<TracedMessage> trace = new ArrayList<>();

    enum Shape {
        PLAIN,
        VAULT,
        LOG
    }

    private final Shape shape;
    private final boolean mixed;

    private static final TestPostgres.Database log = TestPostgres.shared().freshDatabase("log");
    private static final List<TestPostgres.Database> banks = List.of(
            TestPostgres.shared().freshDatabase("bank"), TestPostgres.shared().freshDatabase("bank"));
    private static final TestPostgres.Database copy = TestPostgres.shared().freshDatabase("copy");
    private static final TestPostgres.Database vault = TestPostgres.shared().freshDatabase("vault");

    LeftBehind() throws Exception {
        this(Shape.PLAIN);
    }

    LeftBehind(Shape shape) throws Exception {
        this.shape = shape;
        this.mixed = shape == Shape.VAULT;
        String empty = "drop schema public cascade; create schema public";
        log(empty);
        bank(1, empty);
        bank(2, empty);
        log(resource("db/migration/V1__decision_log.sql"));
        log("create table any_time partition of assent_transaction for values from (minvalue) to (maxvalue)");
        for (int bank = 1; bank <= 2; bank++) {
            boolean vaulted = mixed && bank == 2;
            bank(bank, migration(bank == 1 ? "migration/V1__accounts_and_entries.sql" : secondSchema()));
            bank(bank, resource("io/assent/participant/schema-postgresql.sql"));
            if (!vaulted) {
                bank(bank, "insert into account values ('a', 100, 100), ('b', 100, 100)");
            }
        }
        if (mixed) {
            copy(empty);
            copy(migration("copy/V1__entries.sql"));
            vault(empty);
            vault(migration("vault/V1__accounts_and_reservations.sql"));
            vault("select open_accounts('{a,b}', '{100,100}')");
            bank(2, resource("io/assent/participant/schema-reservations-postgresql.sql"));
            reserve("t2", T2, "a", 10);
            vault("select cancel('" + key("t2") + "')");
        }
        transfer("t1", T1, "a");
        transfer("t3", T3, "b");
        log(row(T2, "ROLLBACK", branch(1, T2, "ROLLBACK", false) + "," + branch(2, T2, "PREPARED", false)));

        invoked("c1/1", "t1", false);
        replied("c1/1", 201, null, T1, Told.COMMITTED);
        invoked("c1/2", "t2", true);
        replied("c1/2", 409, "refused", T2, Told.ROLLED_BACK);
        invoked("c1/3", "t3", false);
        replied("c1/3", 503, "outcome-unknown", T3, Told.UNKNOWN);
        settled("t3", Told.COMMITTED);
        faults.add(new Fault("KILL", 1, List.of("bank-1"), START + 1_000, START + 3_000));
        doubts.add(new DoubtSpell(ref(1, T1), "bank-1", START + 900, START + 4_000));
        doubts.add(new DoubtSpell(ref(2, T3), "bank-2", START + 950, START + 4_100));
        resources.add(new Resources("bank-1", Resources.When.BEFORE, 0, 30));
        resources.add(new Resources("bank-1", Resources.When.AFTER, 0, 35));
        trace.add(order(T1, "COMMIT", START + 5_000));
    }

    private String secondSchema() {
        return switch (shape) {
            case PLAIN -> "migration/V1__accounts_and_entries.sql";
            case VAULT -> "reserving/V1__entries.sql";
            case LOG -> "log/V1__accounts_and_branches.sql";
        };
    }

    private void transfer(String transfer, String transaction, String account) throws SQLException {
        for (int bank = 1; bank <= 2; bank++) {
            int amount = bank == 1 ? -10 : 10;
            book(bank, transfer, transaction, account, amount);
            String record = shape == Shape.LOG && bank == 2
                    ? "insert into branch values ('%s', '%d', '%s', 'COMMITTED')"
                    : "insert into assent_branch_marker values ('%s', '%d', '%s', true)";
            bank(bank, record.formatted(transaction, bank, ref(bank, transaction)));
        }
        log(row(
                transaction,
                "COMMIT",
                branch(1, transaction, "PREPARED", true) + "," + branch(2, transaction, "PREPARED", true)));
    }

    void book(int bank, String transfer, String transaction, String account, int amount) throws SQLException {
        String entry =
                "insert into entry values ('%s', '%s', %d, '%s')".formatted(transfer, account, amount, transaction);
        bank(bank, entry);
        if (mixed && bank == 1) {
            copy(entry);
        }
        if (mixed && bank == 2) {
            reserve(transfer, transaction, account, amount);
            vault("select confirm('" + key(transfer) + "')");
            return;
        }
        bank(bank, "update account set balance = balance + " + amount + " where id = '" + account + "'");
    }

    /** The key of the reservation that a transfer makes in the vault. */
    static UUID key(String transfer) {
        return UUID.nameUUIDFromBytes(transfer.getBytes(StandardCharsets.UTF_8));
    }

    void reserve(String transfer, String transaction, String account, int amount) throws SQLException {
        reserve(key(transfer), transfer, transaction, account, amount);
    }

    void reserve(UUID key, String transfer, String transaction, String account, int amount) throws SQLException {
        vault("select reserve('%s', '%s', '%s', '{%s}', '{%d}')"
                .formatted(key, transaction, transfer, account, amount));
    }

    static String ref(int bank, String transaction) {
        return "assent:bank-" + bank + ":" + transaction + ":" + bank + ":n0nce:" + Long.toString(START + 2_000, 36);
    }

    private static String branch(int bank, String transaction, String vote, boolean member) {
        return "{\"id\": \"%d\", \"participant\": \"bank-%d\", \"ref\": \"%s\", \"vote\": \"%s\", \"acknowledged\": true%s}"
                .formatted(bank, bank, ref(bank, transaction), vote, member ? ", \"member\": true" : "");
    }

    private static String row(String id, String verdict, String branches) {
        String instant = "to_timestamp(" + START / 1000 + ")";
        return "insert into assent_transaction (id, begun, created_at, verdict, nonce, confirmed, decided_at, branches,"
                + " outcome, completed_at, changed_at) values ('%s', true, %s, '%s', 1, true, %s, '[%s]', '%s', %s, %s)"
                        .formatted(
                                id,
                                instant,
                                verdict,
                                instant,
                                branches,
                                verdict.equals("COMMIT") ? "COMMITTED" : "ROLLED_BACK",
                                instant,
                                instant);
    }

    static TracedMessage order(String transaction, String decision, long at) {
        return new TracedMessage(at, "coordinator-1", HOSTS.get(0), transaction, "1", decision);
    }

    void invoked(String request, String transfer, boolean poisoned) {
        String account = transfer.equals("t3") ? "b" : "a";
        client.add(Map.of(
                "invocation",
                new Invocation(
                        request,
                        START,
                        Invocation.Operation.TRANSFER,
                        transfer,
                        List.of(new Effect("bank-1", account, -10), new Effect("bank-2", account, 10)),
                        poisoned,
                        null)));
    }

    void replied(String request, int status, String problem, String transaction, Told told) {
        client.add(Map.of("reply", new Reply(request, START + 10, status, problem, transaction, told, null, null)));
    }

    void settled(String transfer, Told told) {
        client.add(Map.of("settlement", new Settlement(transfer, START + 20, told)));
    }

    void log(String sql) throws SQLException {
        execute(log, sql);
    }

    /** @param bank 1 or 2 */
    void bank(int bank, String sql) throws SQLException {
        execute(banks.get(bank - 1), sql);
    }

    void copy(String sql) throws SQLException {
        execute(copy, sql);
    }

    void vault(String sql) throws SQLException {
        execute(vault, sql);
    }

    /** Leaves a branch in doubt. */
    void prepare(int bank, String ref) throws SQLException {
        bank(bank, "begin; insert into account values ('in-doubt', 0, 0); prepare transaction '" + ref + "'");
    }

    private static void execute(TestPostgres.Database database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(TestPostgres.Database database) throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
    }

    /** Writes the files, reads everything as a run would and has it judged. */
    Report judged(Path directory) throws IOException, SQLException {
        Run run = new Run(1, START, START + 60_000, Map.of("bank-1", 200L, "bank-2", 200L), HOSTS, 20);
        Files.writeString(directory.resolve("run.json"), JSON.writeValueAsString(run));
        write(directory.resolve("client-1.jsonl"), client);
        write(directory.resolve("faults.jsonl"), faults);
        write(directory.resolve("doubt.jsonl"), doubts);
        write(directory.resolve("resources.jsonl"), resources);
        write(directory.resolve("trace.jsonl"), trace);
        List<Books> books = new ArrayList<>();
        for (int bank = 1; bank <= 2; bank++) {
            try (Connection connection = connect(banks.get(bank - 1))) {
                books.add(books(bank, connection));
            }
        }
        try (Connection connection = connect(log)) {
            return Checker.check(History.read(directory), books, LogRow.read(connection));
        }
    }

    private Books books(int bank, Connection main) throws SQLException {
        String name = "bank-" + bank;
        if (shape == Shape.LOG && bank == 2) {
            return Books.readWithLog(name, main);
        }
        if (!mixed) {
            return Books.read(name, main);
        }
        try (Connection further = connect(bank == 1 ? copy : vault)) {
            return bank == 1 ? Books.readWithCopy(name, main, further) : Books.readWithVault(name, main, further);
        }
    }

    private static String migration(String file) throws IOException {
        return Files.readString(
                Path.of(System.getProperty("assent.repository", ".."), "bank-service/src/main/resources/db", file));
    }

    private static void write(Path file, List<?> lines) throws IOException {
        Files.write(file, lines.stream().map(JSON::writeValueAsString).toList());
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = LeftBehind.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Ends what is in doubt, so that the databases can be emptied. */
    @Override
    public void close() throws SQLException {
        for (TestPostgres.Database database : List.of(banks.get(0), banks.get(1), copy)) {
            List<String> left = new ArrayList<>();
            try (Connection connection = connect(database);
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "select gid from pg_prepared_xacts where database = current_database()")) {
                while (row.next()) {
                    left.add(row.getString(1));
                }
            }
            for (String ref : left) {
                execute(database, "rollback prepared '" + ref + "'");
            }
        }
    }
}
