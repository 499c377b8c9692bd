package io.assent.benchmarks.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Goal: kinds are chosen by name. Method: all of them, none of them started. */
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
}
