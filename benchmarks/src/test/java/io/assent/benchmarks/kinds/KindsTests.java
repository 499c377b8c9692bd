package io.assent.benchmarks.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Goal: kinds are chosen by name and take turns. Method: all of them, none of them started. */
class KindsTests {

    @Test
    void namesDifferAndHaveTheirForm() {
        assertThat(Kinds.ALL)
                .extracting(Kind::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z0-9-]+"));
    }

    @Test
    void theFloorIsAlwaysAmongThem() {
        assertThat(Kinds.named(List.of("late", "early")))
                .extracting(Kind::name)
                .containsExactly("local", "early", "late");
        assertThat(Kinds.named(List.of())).isEqualTo(Kinds.ALL);
    }

    @Test
    void anUnknownNameIsAnsweredWithThoseThatThereAre() {
        assertThatThrownBy(() -> Kinds.named(List.of("early", "erly")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'erly'")
                .hasMessageContaining("local, empty, early");
    }

    @Test
    void eachBeginsARoundNowAndThenAndNoneIsLeftOut() {
        List<String> all = List.of("a", "b", "c");
        Set<String> first = new HashSet<>();
        IntStream.range(0, 6).forEach(round -> {
            List<String> order = KindsRun.order(all, round);
            assertThat(order).containsExactlyInAnyOrderElementsOf(all);
            first.add(order.get(0));
        });

        assertThat(first).containsExactlyInAnyOrderElementsOf(all);
    }
}
