package io.assent.benchmarks.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Goal: nobody always follows the same one. Method: as many rounds as it takes. */
class RotationTests {

    @Test
    void eachBeginsARoundNowAndThenAndNoneIsLeftOut() {
        List<String> all = List.of("a", "b", "c");
        Set<String> first = new HashSet<>();
        IntStream.range(0, 6).forEach(round -> {
            List<String> order = Rotation.order(all, round);
            assertThat(order).containsExactlyInAnyOrderElementsOf(all);
            first.add(order.get(0));
        });

        assertThat(first).containsExactlyInAnyOrderElementsOf(all);
    }
}
