package io.assent.chaos.checker;

import static io.assent.chaos.checker.LeftBehind.T1;
import static io.assent.chaos.checker.LeftBehind.T2;
import static io.assent.chaos.checker.LeftBehind.key;
import static io.assent.chaos.checker.LeftBehind.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.assent.chaos.checker.LeftBehind.Shape;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: the checker finds what can go wrong only where a branch has two databases, or balances are reserved in a
 * vault, or a bank has a log of its own. Method:
 * as in {@link CheckerIntegrationTests}, with banks of these kinds.
 */
class MixedCheckerIntegrationTests {

    private static final UUID ANOTHER = UUID.fromString("00000000-0000-4000-8000-000000000001");

    @TempDir
    Path directory;

    enum Spoiled {
        I1_ONLY_THE_MAIN_DATABASE_COMMITTED(
                Invariant.I1, T1, run -> run.copy("delete from entry where transfer = 't1'")),
        I1_ONLY_THE_SECOND_DATABASE_COMMITTED(
                Invariant.I1, T2, run -> run.copy("insert into entry values ('t2', 'a', -10, '" + T2 + "')")),
        I1_ANOTHER_AMOUNT_IN_THE_SECOND_DATABASE(
                Invariant.I1, T1, run -> run.copy("update entry set amount = -11 where transfer = 't1'")),
        I12_STILL_PREPARED_IN_THE_SECOND_DATABASE(Invariant.I12, "assent/copy:", run -> {
            run.copy("begin; insert into entry values ('t9', 'a', 1, null); prepare transaction '"
                    + ref(1, T2).replace("assent:", "assent/copy:") + "'");
        }),
        I1_CONFIRMED_THOUGH_ROLLED_BACK(Invariant.I1, T2, run -> {
            run.reserve(ANOTHER, "t2", T2, "a", 10);
            run.vault("select confirm('" + ANOTHER + "')");
        }),
        I1_CANCELLED_THOUGH_COMMITTED(
                Invariant.I1,
                T1,
                run -> run.vault("update reservation set state = 'CANCELLED' where key = '" + key("t1") + "'")),
        I1_CONFIRMED_WITH_ANOTHER_AMOUNT(
                Invariant.I1, T1, run -> run.vault("update change set amount = 11 where key = '" + key("t1") + "'")),
        I7_CONFIRMED_TWICE(Invariant.I7, T1, run -> {
            run.reserve(ANOTHER, "t1", T1, "a", 10);
            run.vault("select confirm('" + ANOTHER + "')");
        }),
        I7_CONFIRMED_AND_NOT_BOOKED(
                Invariant.I7, "bank-2 a", run -> run.vault("update account set balance = 100 where id = 'a'")),
        I8_MONEY_IN_THE_VAULT_OUT_OF_NOTHING(
                Invariant.I8, "all banks", run -> run.vault("update account set balance = balance + 1 where id = 'b'")),
        I12_STILL_RESERVED(Invariant.I12, ANOTHER.toString(), run -> run.reserve(ANOTHER, "t2", T2, "a", 10)),
        I12_STILL_HELD(Invariant.I12, "bank-2 a", run -> run.vault("update account set held = 1 where id = 'a'")),
        I12_STILL_RECORDED(
                Invariant.I12,
                ANOTHER.toString(),
                run -> run.bank(
                        2,
                        "insert into assent_reservation (key, transaction_id, branch, ref, name, arguments, try_until)"
                                + " values ('%s', '%s', '2', '%s', 'Vault.change', '[]', now())"
                                        .formatted(ANOTHER, T2, ref(2, T2)))),
        LOG_I1_A_MEMBER_ROLLED_BACK(
                Invariant.I1,
                T1,
                run -> run.bank(2, "update branch set state = 'ROLLED_BACK' where transaction_id = '" + T1 + "'")),
        LOG_I1_COMMITTED_THOUGH_ROLLED_BACK(
                Invariant.I1,
                T2,
                run -> run.bank(
                        2, "insert into branch values ('%s', '2', '%s', 'COMMITTED')".formatted(T2, ref(2, T2)))),
        LOG_I10_ACKNOWLEDGED_AND_STILL_IN_DOUBT(
                Invariant.I10,
                T1,
                run -> run.bank(2, "update branch set state = 'PREPARED' where transaction_id = '" + T1 + "'")),
        LOG_I12_STILL_IN_DOUBT(
                Invariant.I12,
                ref(2, T2),
                run -> run.bank(
                        2, "insert into branch values ('%s', '2', '%s', 'PREPARED')".formatted(T2, ref(2, T2)))),
        LOG_I12_STILL_HELD(Invariant.I12, "bank-2 a", run -> run.bank(2, "update account set held = 1 where id = 'a'"));

        private final Invariant invariant;
        private final String subject;
        private final CheckerIntegrationTests.Spoiler spoiler;
        private final Shape shape;

        Spoiled(Invariant invariant, String subject, CheckerIntegrationTests.Spoiler spoiler) {
            this.invariant = invariant;
            this.subject = subject;
            this.spoiler = spoiler;
            this.shape = name().startsWith("LOG_") ? Shape.LOG : Shape.VAULT;
        }
    }

    @Test
    void a_clean_run_passes() throws Exception {
        try (LeftBehind run = new LeftBehind(Shape.VAULT)) {
            Report report = run.judged(directory);

            assertThat(report.violations()).isEmpty();
            assertThat(report.booked()).isEqualTo(2);
        }
    }

    @Test
    void a_clean_run_with_a_log_of_the_banks_own_passes() throws Exception {
        try (LeftBehind run = new LeftBehind(Shape.LOG)) {
            Report report = run.judged(directory);

            assertThat(report.violations()).isEmpty();
            assertThat(report.booked()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_was_spoiled_is_found(Spoiled spoiled) throws Exception {
        try (LeftBehind run = new LeftBehind(spoiled.shape)) {
            spoiled.spoiler.spoil(run);

            assertThat(run.judged(directory).violations())
                    .filteredOn(violation -> violation.invariant() == spoiled.invariant)
                    .extracting(Violation::subject)
                    .anySatisfy(subject -> assertThat(subject).contains(spoiled.subject));
        }
    }
}
