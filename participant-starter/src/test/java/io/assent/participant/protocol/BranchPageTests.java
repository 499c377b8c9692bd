package io.assent.participant.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Goal: who reads page after page misses nothing and sees no transaction in part. Method: pages put together by hand. */
class BranchPageTests {

    private static final List<TransactionId> IDS = IntStream.range(0, 6)
            .mapToObj(i -> TransactionId.create(Instant.EPOCH.plusMillis(i), new Random(i)))
            .toList();

    @Test
    void both_kinds_are_one_list_in_the_order_of_transaction_and_branch() {
        BranchPage page = BranchPage.of(
                all(prepared(1, "2"), prepared(3, "1")),
                all(committed(0, "1"), committed(1, "10"), committed(1, "1")),
                9);

        assertThat(shown(page)).containsExactly("0/1 C", "1/1 C", "1/10 C", "1/2 P", "3/1 P");
        assertThat(page.more()).isFalse();
    }

    @Test
    void a_branch_that_ended_while_it_was_read_has_ended() {
        BranchPage page = BranchPage.of(all(prepared(0, "1"), prepared(0, "2")), all(committed(0, "1")), 9);

        assertThat(shown(page)).containsExactly("0/1 C", "0/2 P");
    }

    @Test
    void a_transaction_is_never_parted() {
        BranchPage page = BranchPage.of(
                all(prepared(0, "1"), prepared(1, "1"), prepared(1, "2"), prepared(1, "3"), prepared(2, "1")),
                all(),
                2);

        assertThat(shown(page)).containsExactly("0/1 P", "1/1 P", "1/2 P", "1/3 P");
        assertThat(page.more()).isTrue();
    }

    @Test
    void after_the_last_one_that_was_read_of_one_kind_nothing_is_shown_of_the_other() {
        BranchPage page = BranchPage.of(
                all(prepared(0, "1"), prepared(4, "1")), truncated(committed(1, "1"), committed(2, "1")), 9);

        assertThat(shown(page)).containsExactly("0/1 P", "1/1 C", "2/1 C");
        assertThat(page.more()).isTrue();
        assertThat(BranchPage.of(all(prepared(0, "1")), truncated(), 9).branches())
                .as("nothing is known of where the other kind begins")
                .isEmpty();
    }

    @Test
    void the_last_page_says_so() {
        assertThat(BranchPage.of(all(), all(), 1)).isEqualTo(new BranchPage(List.of(), false));
        assertThat(BranchPage.of(all(prepared(0, "1")), all(), 1).more()).isFalse();
    }

    private static BranchPage.Source all(ListedBranch... branches) {
        return new BranchPage.Source(List.of(branches), false);
    }

    private static BranchPage.Source truncated(ListedBranch... branches) {
        return new BranchPage.Source(List.of(branches), true);
    }

    private static ListedBranch prepared(int transaction, String branch) {
        return listed(transaction, branch, BranchState.PREPARED);
    }

    private static ListedBranch committed(int transaction, String branch) {
        return listed(transaction, branch, BranchState.COMMITTED);
    }

    private static ListedBranch listed(int transaction, String branch, BranchState state) {
        return new ListedBranch(
                IDS.get(transaction), new BranchId(branch), new BranchRef("assent:p:x"), state, Duration.ZERO);
    }

    private static Stream<String> shown(BranchPage page) {
        return page.branches().stream()
                .map(listed -> IDS.indexOf(listed.transaction()) + "/" + listed.branch() + " "
                        + listed.state().name().charAt(0));
    }
}
