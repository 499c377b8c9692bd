package io.assent.chaos.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: after a restore of an older log an operator with nothing but the report puts everything right. Method: real processes;
 * a base backup of the log's server, a commit after it of which one bank hears and the other does not, and the backup in place
 * of the log. Done as docs/backup-and-restore.md says.
 */
class ReconciledRestoreIntegrationTests {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    record Answer(int status, JsonNode body, HttpResponse<String> response) {}

    @Test
    void what_the_restored_log_has_lost_is_reported_decided_and_finished() throws Exception {
        var options = BankSystem.Options.of(
                        Path.of(System.getProperty("assent.repository", "..")), directory.resolve("system"), 2)
                .withCoordinators(1)
                .withArguments(
                        List.of("--assent.coordinator.recovery.interval=500ms"),
                        List.of("--assent.participant.sweep.interval=500ms"));
        try (BankSystem system = BankSystem.start(options, System.out::println)) {
            for (ServiceNode bank : system.banks()) {
                Answer opened = post(
                        bank,
                        "/accounts",
                        "{\"accounts\":[{\"id\":\"a\",\"balance\":100},{\"id\":\"b\",\"balance\":100},{\"id\":\"c\",\"balance\":100}]}");
                assertThat(opened.status()).isEqualTo(204);
            }
            assertThat(transfer(system, "before").status()).isEqualTo(201);
            Path backup = directory.resolve("backup");
            backUp(system.logPostgres(), backup);

            Prepared half = prepared(system, "b", 7);
            Prepared open = prepared(system, "c", 11);
            commitThatOnlyTheFirstBankHearsOf(system, half);
            restore(system, backup);

            JsonNode early = report(system);
            assertThat(early.path("complete").asBoolean())
                    .as("the second bank is down: %s", early)
                    .isFalse();
            assertThat(finding(early, half).path("certain").asBoolean()).isFalse();
            system.banks().get(1).start();
            system.banks().get(1).awaitReady();

            JsonNode report = report(system);
            assertThat(report.path("complete").asBoolean()).as("%s", report).isTrue();
            assertThat(report.path("findings")).as("%s", report).hasSize(2);
            assertThat(report.path("consistent").asInt()).as("%s", report).isEqualTo(1);
            assertThat(finding(report, half).path("finding").asString()).isEqualTo("WAS_COMMITTED");
            assertThat(finding(report, half).path("certain").asBoolean()).isTrue();
            assertThat(finding(report, open).path("finding").asString()).isEqualTo("IN_DOUBT");
            assertThat(inDoubt(system))
                    .as("one of the half, both of the open: nothing was rolled back meanwhile")
                    .hasSize(3);

            for (Prepared one : List.of(half, open)) {
                Answer settled = post(
                        system.coordinators().get(0),
                        "/v1/transactions/" + one.id() + "/decision",
                        finding(report, one).path("proposal").toString());
                assertThat(settled.status()).as("%s", settled.body()).isEqualTo(200);
            }
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(inDoubt(system)).isEmpty());
            assertThat(sum(system, 0)).as("before and half").isEqualTo(300 - 1 - 7);
            assertThat(sum(system, 1)).isEqualTo(300 + 1 + 7);
            JsonNode after = report(system);
            assertThat(after.path("findings")).as("%s", after).isEmpty();
            assertThat(after.path("consistent").asInt()).as("%s", after).isEqualTo(3);

            Answer completed = post(
                    system.coordinators().get(0),
                    "/v1/log/epochs/" + after.path("epoch").asInt() + "/completion",
                    "{\"reason\":\"compared\"}");
            assertThat(completed.status()).as("%s", completed.body()).isEqualTo(200);
            assertThat(transfer(system, "after").status()).isEqualTo(201);
            assertThat(sum(system, 0) + sum(system, 1)).isEqualTo(600);
        }
    }

    /** One that the log knows: the bank leads it. */
    private Answer transfer(BankSystem system, String id) throws Exception {
        return post(system.banks().get(0), "/transfers", """
                {"id":"%s","timeoutMillis":10000,"legs":[
                    {"bank":"bank-1","entries":[{"account":"a","amount":-1}]},
                    {"bank":"bank-2","entries":[{"account":"a","amount":1}]}]}""".formatted(id));
    }

    /** A transaction of which this test is the initiator. */
    private record Prepared(TransactionId id, List<BranchVote> votes) {}

    /** In doubt at both banks. Each of them has an account of its own: a row is locked until the decision. */
    private Prepared prepared(BankSystem system, String account, int amount) throws Exception {
        TransactionId id = TransactionId.create(Instant.now(), new Random());
        // Long enough that nobody rolls it back before the log is gone.
        Duration timeout = Duration.ofMinutes(5);
        List<BranchVote> votes = new ArrayList<>();
        for (int bank = 0; bank < 2; bank++) {
            var context = new TransactionContext(
                    id, new BranchId("" + (bank + 1)), Instant.now().plus(timeout), timeout, true);
            Answer booked = post(
                    system.banks().get(bank),
                    "/entries",
                    "{\"transfer\":\"%s\",\"entries\":[{\"account\":\"%s\",\"amount\":%d}]}"
                            .formatted(id, account, bank == 0 ? -amount : amount),
                    TransactionContext.NAME,
                    context.format());
            BranchVote vote = BranchesHeader.parse(booked.response()
                            .headers()
                            .firstValue(BranchesHeader.NAME)
                            .orElseThrow())
                    .get(0);
            assertThat(vote.vote()).as("%s", booked.body()).isEqualTo(Vote.PREPARED);
            votes.add(vote);
        }
        return new Prepared(id, votes);
    }

    /** Afterwards the coordinator and the second bank are down. */
    private void commitThatOnlyTheFirstBankHearsOf(BankSystem system, Prepared prepared) throws Exception {
        system.banks().get(1).kill();
        List<String> branches = prepared.votes().stream()
                .map(vote -> "{\"branch\":\"%s\",\"participant\":\"%s\",\"ref\":\"%s\",\"vote\":\"PREPARED\"}"
                        .formatted(vote.branch(), vote.participant(), vote.ref()))
                .toList();
        Answer committed = post(
                system.coordinators().get(0),
                "/v1/transactions/" + prepared.id() + "/commit",
                "{\"deadline\":\"%s\",\"branches\":[%s]}"
                        .formatted(
                                Instant.now().plusSeconds(60).truncatedTo(ChronoUnit.MILLIS),
                                String.join(",", branches)),
                "Prefer",
                "respond-async");
        assertThat(committed.status()).as("decided: %s", committed.body()).isEqualTo(202);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(inDoubt(system))
                        .noneMatch(
                                gid -> gid.equals(prepared.votes().get(0).ref().value())));
        system.coordinators().get(0).kill();
    }

    /** The server comes back with the backup as its data, on its port; then the coordinator. */
    private static void restore(BankSystem system, Path backup) throws Exception {
        PostgresNode server = system.logPostgres();
        List<ProcessHandle> processes = new ArrayList<>();
        ProcessHandle.of(server.server().pid()).ifPresent(postmaster -> {
            postmaster.descendants().forEach(processes::add);
            processes.add(postmaster);
        });
        server.kill();
        await().atMost(PATIENCE).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
        Path data = server.server().directory().resolve("postgres");
        Files.move(data, data.resolveSibling("lost"));
        Files.move(backup, data);
        Files.createFile(data.resolve("recovery.signal"));
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "restore_command = 'false'\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        server.start();
        await().atMost(PATIENCE).until(() -> !server.server().isStandby());
        ServiceNode coordinator = system.coordinators().get(0);
        coordinator.start();
        coordinator.awaitReady();
    }

    /** A base backup: the files of a running server, and what it takes to recover them. */
    private static void backUp(PostgresNode server, Path target) throws Exception {
        Path data = server.server().directory().resolve("postgres");
        try (Connection connection = server.server().superuserConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('test', true)");
            copy(data, target);
            String label;
            try (ResultSet row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                label = row.getString(1);
            }
            // The log up to the end of the backup; an archive would hold it.
            copy(data.resolve("pg_wal"), target.resolve("pg_wal"));
            Files.writeString(target.resolve("backup_label"), label);
        }
        Files.deleteIfExists(target.resolve("postmaster.pid"));
        Files.deleteIfExists(target.resolve("postmaster.opts"));
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                Path copied = to.resolve(from.relativize(file).toString());
                try {
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(copied);
                    } else if (Files.isRegularFile(file)) {
                        Files.copy(
                                file, copied, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                    }
                } catch (NoSuchFileException e) {
                    // Gone meanwhile, which a base backup allows for.
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private JsonNode report(BankSystem system) throws Exception {
        Answer answer = send(HttpRequest.newBuilder(uri(system.coordinators().get(0), "/v1/log/reconciliation"))
                .GET());
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static JsonNode finding(JsonNode report, Prepared prepared) {
        for (JsonNode finding : report.path("findings")) {
            if (finding.path("transaction").asString().equals(prepared.id().toString())) {
                return finding;
            }
        }
        throw new AssertionError("nothing is found of " + prepared.id() + ": " + report);
    }

    private static List<String> inDoubt(BankSystem system) throws SQLException {
        List<String> gids = new ArrayList<>();
        try (Connection connection = system.bankPostgres().server().superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select gid from pg_prepared_xacts")) {
            while (row.next()) {
                gids.add(row.getString(1));
            }
        }
        return gids;
    }

    /** Of all accounts of a bank. */
    private long sum(BankSystem system, int bank) throws SQLException {
        try (Connection connection = system.bankDatabases().get(bank).connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select sum(balance) from account")) {
            row.next();
            return row.getLong(1);
        }
    }

    private Answer post(ServiceNode node, String path, String body, String... header) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(node, path)).POST(HttpRequest.BodyPublishers.ofString(body));
        request.header("Content-Type", "application/json");
        if (header.length > 0) {
            request.headers(header);
        }
        return send(request);
    }

    private Answer send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response =
                http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(response.body()),
                response);
    }

    private static URI uri(ServiceNode node, String path) {
        return URI.create(node.endpoint().httpUrl() + path);
    }
}
