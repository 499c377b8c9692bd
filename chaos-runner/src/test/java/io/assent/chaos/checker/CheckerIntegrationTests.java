package io.assent.chaos.checker;

import static io.assent.chaos.checker.LeftBehind.START;
import static io.assent.chaos.checker.LeftBehind.T1;
import static io.assent.chaos.checker.LeftBehind.T2;
import static io.assent.chaos.checker.LeftBehind.T3;
import static io.assent.chaos.checker.LeftBehind.order;
import static io.assent.chaos.checker.LeftBehind.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: the checker finds a violation of every invariant and invents none. Method: what a clean run left, in real databases
 * with the real schemas and in files, spoiled in one place at a time.
 */
class CheckerIntegrationTests {

    @TempDir
    Path directory;

    @FunctionalInterface
    interface Spoiler {
        void spoil(LeftBehind run) throws Exception;
    }

    enum Spoiled {
        I1_HALF_OF_A_TRANSFER_IS_MISSING(Invariant.I1, T1, run -> {
            run.bank(2, "delete from entry where transfer = 't1'");
            run.bank(2, "update account set balance = opening where id = 'a'");
        }),
        I1_BOOKED_AGAINST_A_ROLLBACK(Invariant.I1, T2, run -> {
            run.book(1, "t2", T2, "a", -10);
            run.book(2, "t2", T2, "a", 10);
        }),
        I1_A_MEMBER_ENDED_AS_A_TOMBSTONE(
                Invariant.I1,
                T1,
                run -> run.bank(
                        2, "update assent_branch_marker set committed = false where transaction_id = '" + T1 + "'")),
        I1_HEURISTIC_OUTCOME(
                Invariant.I1,
                T1,
                run -> run.log("update assent_transaction set outcome = 'HEURISTIC_MIXED' where id = '" + T1 + "'")),
        I2_TOLD_BOTH(Invariant.I2, T1, run -> {
            run.invoked("c1/9", "t1", false);
            run.replied("c1/9", 409, "transaction-rolled-back", T1, Told.ROLLED_BACK);
        }),
        I3_COMMITTED_WITHOUT_A_VOTE(
                Invariant.I3,
                T1,
                run -> run.log("update assent_transaction set branches = jsonb_set(branches, '{1,vote}', '\"PENDING\"')"
                        + " where id = '" + T1 + "'")),
        I3_COMMITTED_AGAINST_A_REFUSAL(Invariant.I3, T1, run -> {
            run.client.remove(0);
            run.invoked("c1/1", "t1", true);
        }),
        I4_ROLLED_BACK_WITHOUT_A_FAULT(Invariant.I4, "null", run -> {
            run.faults.clear();
            run.invoked("c1/9", "t9", false);
            run.replied("c1/9", 503, "transaction-rolled-back", null, Told.ROLLED_BACK);
        }),
        I5_IN_DOUBT_FOR_TOO_LONG(
                Invariant.I5,
                ref(1, T2),
                run -> run.doubts.add(new DoubtSpell(ref(1, T2), "bank-1", START, START + 33_001))),
        I5_NEVER_FINISHED(
                Invariant.I5,
                T1,
                run -> run.log("update assent_transaction set completed_at = null where id = '" + T1 + "'")),
        I6_TOLD_COMMITTED_UNTRULY(Invariant.I6, T2, run -> {
            run.invoked("c1/9", "t2", true);
            run.replied("c1/9", 201, null, T2, Told.COMMITTED);
        }),
        I6_TOLD_ROLLED_BACK_UNTRULY(Invariant.I6, T3, run -> {
            run.invoked("c1/9", "t3", false);
            run.replied("c1/9", 503, "transaction-rolled-back", T3, Told.ROLLED_BACK);
        }),
        I6_UNKNOWN_FOR_EVER(Invariant.I6, "t3", run -> run.client.remove(6)),
        I6_A_LOST_REPLY_NEVER_CLEARED_UP(Invariant.I6, "t9", run -> run.invoked("c1/9", "t9", false)),
        I6_SETTLED_UNTRULY(Invariant.I6, "t2", run -> {
            run.invoked("c1/9", "t2", true);
            run.replied("c1/9", 0, null, null, Told.UNKNOWN);
            run.settled("t2", Told.COMMITTED);
        }),
        I7_BOOKED_WITH_ANOTHER_AMOUNT(
                Invariant.I7, T1, run -> run.bank(2, "update entry set amount = 11 where transfer = 't1'")),
        I7_BALANCE_WITHOUT_ENTRY(
                Invariant.I7,
                "bank-1 a",
                run -> run.bank(1, "update account set balance = balance + 1 where id = 'a'")),
        I7_BOOKED_IN_TWO_TRANSACTIONS(
                Invariant.I7,
                "t1",
                run -> run.bank(2, "update entry set transaction_id = '" + T3 + "' where transfer = 't1'")),
        I8_MONEY_OUT_OF_NOTHING(
                Invariant.I8,
                "all banks",
                run -> run.bank(1, "update account set balance = balance + 1 where id = 'a'")),
        I8_OPENED_WITH_SOMETHING_ELSE(
                Invariant.I8, "bank-1", run -> run.bank(1, "update account set opening = opening + 1 where id = 'a'")),
        I9_ORDERED_BEFORE_THE_DECISION(Invariant.I9, T1, run -> run.trace.add(order(T1, "COMMIT", START - 1))),
        I9_ORDERED_WITHOUT_A_DECISION(
                Invariant.I9,
                "0199a000-0000-7000-8000-00000000000f",
                run -> run.trace.add(order("0199a000-0000-7000-8000-00000000000f", "COMMIT", START + 1))),
        I10_COMPLETED_WITHOUT_ACKNOWLEDGEMENT(
                Invariant.I10,
                T1,
                run -> run.log("update assent_transaction set branches = branches #- '{1,acknowledged}' where id = '"
                        + T1 + "'")),
        I10_FORGOTTEN(Invariant.I10, T1, run -> run.log("delete from assent_transaction where id = '" + T1 + "'")),
        I10_ACKNOWLEDGED_BUT_NOT_DONE(Invariant.I10, T1, run -> {
            run.bank(2, "delete from assent_branch_marker where transaction_id = '" + T1 + "'");
            run.prepare(2, ref(2, T1));
        }),
        I11_ANOTHER_EXECUTION_COMMITTED(
                Invariant.I11,
                T1,
                run -> run.bank(
                        2,
                        "update assent_branch_marker set ref = '" + ref(2, T1) + "old' where transaction_id = '" + T1
                                + "'")),
        I11_ORDERED_AGAINST_THE_DECISION(Invariant.I11, T1, run -> run.trace.add(order(T1, "ROLLBACK", START + 1))),
        I12_STILL_PREPARED(Invariant.I12, ref(1, T2), run -> run.prepare(1, ref(1, T2))),
        I12_CONNECTIONS_IN_USE(
                Invariant.I12,
                "bank-2",
                run -> run.resources.add(new Resources("bank-2", Resources.When.AFTER, 1, 30))),
        I12_THREADS_LEFT(
                Invariant.I12,
                "bank-1",
                run -> run.resources.add(new Resources("bank-1", Resources.When.AFTER, 0, 51))),
        I13_TWO_TRANSFERS_IN_ONE_TRANSACTION(
                Invariant.I13,
                T1,
                run -> run.bank(1, "update entry set transaction_id = '" + T1 + "' where transfer = 't3'")),
        I13_AN_EXECUTION_OF_ANOTHER_TRANSACTION(
                Invariant.I13,
                T1,
                run -> run.log("update assent_transaction set branches = jsonb_set(branches, '{1,ref}', '\""
                        + ref(2, T3) + "\"') where id = '" + T1 + "'")),
        I13_BOOKED_UNASKED(Invariant.I13, "t8", run -> run.book(1, "t8", T1, "b", 1)),
        I14_A_MESSAGE_TO_A_STRANGER(
                Invariant.I14,
                "bank-1",
                run -> run.trace.add(new TracedMessage(START, "bank-1", "10.0.0.1:80", null, null, null))),
        I14_A_BRANCH_AT_A_STRANGER(
                Invariant.I14,
                T1,
                run -> run.log(
                        "update assent_transaction set branches = jsonb_set(branches, '{1,url}', '\"http://10.0.0.1/assent/v1\"')"
                                + " where id = '" + T1 + "'")),
        I15_AN_ERROR_THAT_NOBODY_KNOWS(
                Invariant.I15, "c1/9", run -> run.replied("c1/9", 500, "oops", null, Told.UNKNOWN)),
        I15_AN_ERROR_WITHOUT_A_PROBLEM(
                Invariant.I15, "c1/9", run -> run.replied("c1/9", 404, null, null, Told.NOTHING));

        private final Invariant invariant;
        private final String subject;
        private final Spoiler spoiler;

        Spoiled(Invariant invariant, String subject, Spoiler spoiler) {
            this.invariant = invariant;
            this.subject = subject;
            this.spoiler = spoiler;
        }
    }

    @Test
    void a_clean_run_passes_and_is_counted() throws Exception {
        try (LeftBehind run = new LeftBehind()) {
            Report report = run.judged(directory);

            assertThat(report.violations()).isEmpty();
            assertThat(report.transfers()).isEqualTo(3);
            assertThat(report.booked()).isEqualTo(2);
            assertThat(report.answers())
                    .containsEntry(Told.COMMITTED, 1L)
                    .containsEntry(Told.ROLLED_BACK, 1L)
                    .containsEntry(Told.UNKNOWN, 1L);
            assertThat(report.transactions()).containsEntry("COMMIT", 2L).containsEntry("ROLLBACK", 1L);
            assertThat(report.faults()).containsEntry("KILL", 1L);
            assertThat(report.doubt()).isEqualTo(new DoubtTimes(2, 3_100, 3_150, 3_150, 1_100, 1_100));
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_was_spoiled_is_found(Spoiled spoiled) throws Exception {
        try (LeftBehind run = new LeftBehind()) {
            spoiled.spoiler.spoil(run);

            assertThat(run.judged(directory).violations())
                    .filteredOn(violation -> violation.invariant() == spoiled.invariant)
                    .extracting(Violation::subject)
                    .anySatisfy(subject -> assertThat(subject).contains(spoiled.subject));
        }
    }

    @Test
    void every_invariant_is_spoiled_at_least_once() {
        assertThat(Arrays.stream(Spoiled.values())
                        .map(spoiled -> spoiled.invariant)
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(List.of(Invariant.values()));
    }

    @Test
    void a_line_that_cannot_be_read_is_named() throws IOException {
        Files.writeString(directory.resolve("client-1.jsonl"), "{}\n");

        assertThatThrownBy(() -> History.read(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("client-1.jsonl, line 1");
    }
}
