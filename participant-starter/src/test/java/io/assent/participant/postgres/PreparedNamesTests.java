package io.assent.participant.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: one branch has different names in different databases, and each tells the ref. Method: names and limits. */
class PreparedNamesTests {

    private static final BranchRef REF = new BranchRef("assent:payment:tx:1:nonce:deadline");

    @Test
    void the_main_database_uses_the_ref() {
        assertThat(PreparedNames.MAIN.name(REF)).isEqualTo(REF.value());
    }

    @Test
    void another_database_has_a_name_that_tells_the_ref_and_is_no_ref() {
        PreparedNames ledger = PreparedNames.of("ledger");
        String name = ledger.name(REF);
        assertThat(name).isEqualTo("assent/ledger:payment:tx:1:nonce:deadline");
        assertThat(ledger.ref(name)).isEqualTo(REF.value());
        assertThat(name)
                .as("the main database's sweep does not find it")
                .doesNotStartWith(BranchRef.prefix(new ParticipantName("payment")));
    }

    @Test
    void the_longest_name_fits_into_postgresql() {
        // 63 for the participant, 36, 47, 20 and 9 for the rest, and what separates them.
        BranchRef longest = new BranchRef("assent:" + "p".repeat(63 + 36 + 47 + 20 + 9 + 4));
        assertThat(PreparedNames.of("l".repeat(11)).name(longest).length()).isLessThan(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Ledger", "l'", "9", "ledger_2", "a-name-of-12"})
    void other_resource_names_are_refused(String resource) {
        assertThatThrownBy(() -> PreparedNames.of(resource)).isInstanceOf(IllegalArgumentException.class);
    }
}
