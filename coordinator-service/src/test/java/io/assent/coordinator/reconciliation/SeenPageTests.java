package io.assent.coordinator.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.ParticipantBranches.Listed;
import io.assent.coordinator.engine.ParticipantBranches.Page;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Goal: a transaction is judged only when all of it was heard. Method: parts that end at different places. */
class SeenPageTests {

    private static final List<TransactionId> IDS = IntStream.range(0, 6)
            .mapToObj(i -> TransactionId.create(Instant.EPOCH.plusMillis(i), new Random(i)))
            .toList();

    @Test
    void branches_of_one_transaction_come_together_from_several_participants() {
        SeenPage page = SeenPage.of(parts(part(false, 0, 2), part(false, 1, 2, 2)), 10);

        assertThat(shown(page)).containsExactly(0, 1, 2);
        assertThat(page.transactions().get(IDS.get(2)))
                .extracting(seen -> seen.participant() + " " + seen.url())
                .containsExactly("p0 http://p", "p1 http://p", "p1 http://p");
        assertThat(page.next()).isNull();
    }

    @Test
    void the_page_ends_where_the_first_part_ends() {
        SeenPage page = SeenPage.of(parts(part(true, 0, 1), part(true, 2, 3), part(false, 1, 5)), 10);

        assertThat(shown(page)).as("whether p0 has a branch of 2 is not known").containsExactly(0, 1);
        assertThat(page.next()).isEqualTo(IDS.get(1));
    }

    @Test
    void the_page_ends_where_it_is_full() {
        SeenPage page = SeenPage.of(parts(part(false, 0, 1, 2, 3), part(true, 1, 4)), 2);

        assertThat(shown(page)).containsExactly(0, 1);
        assertThat(page.next()).isEqualTo(IDS.get(1));
    }

    @Test
    void nothing_seen_is_the_last_page() {
        assertThat(SeenPage.of(parts(part(false)), 5).next()).isNull();
        assertThat(SeenPage.of(Map.of(), 5).transactions()).isEmpty();
    }

    @Test
    void what_another_log_decides_is_left_out_and_the_page_ends_where_it_did() {
        SeenPage page = SeenPage.of(parts(part(true, 0, 1, 2, 3)), 9)
                .only(id -> id.equals(IDS.get(0)) || id.equals(IDS.get(2)));

        assertThat(shown(page)).containsExactly(0, 2);
        assertThat(page.next()).isEqualTo(IDS.get(3));
    }

    private static List<Integer> shown(SeenPage page) {
        return page.transactions().keySet().stream().map(IDS::indexOf).toList();
    }

    private static Page part(boolean more, int... transactions) {
        return new Page(
                "http://p",
                Arrays.stream(transactions)
                        .mapToObj(i -> new Listed(
                                IDS.get(i), new BranchId("1"), new BranchRef("assent:p:x"), BranchState.PREPARED, null))
                        .toList(),
                more,
                true);
    }

    private static Map<ParticipantName, Page> parts(Page... pages) {
        Map<ParticipantName, Page> parts = new LinkedHashMap<>();
        for (Page page : pages) {
            parts.put(new ParticipantName("p" + parts.size()), page);
        }
        return parts;
    }
}
