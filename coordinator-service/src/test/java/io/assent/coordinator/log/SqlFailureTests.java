package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: unknown is the default (R8), only what certainly was not committed is called so. Method: SQLSTATEs one by one. */
class SqlFailureTests {

    @ParameterizedTest
    @CsvSource({
        "40001, TRY_AGAIN",
        "40P01, TRY_AGAIN",
        "55P03, TRY_AGAIN",
        "22023, REFUSED",
        "22P05, REFUSED",
        "23514, REFUSED",
        "42P01, REFUSED",
        "54000, REFUSED",
        "25006, CANNOT_WRITE",
        "53100, CANNOT_WRITE",
        "57014, UNKNOWN",
        "57P01, UNKNOWN",
        "57P02, UNKNOWN",
        "08006, UNKNOWN",
        "08003, UNKNOWN",
        "40003, UNKNOWN",
        "58030, UNKNOWN",
        "XX000, UNKNOWN"
    })
    void tellsByState(String state, SqlFailure expected) {
        assertThat(SqlFailure.of(new SQLException("whatever it says", state))).isEqualTo(expected);
    }

    @Test
    void withoutAStateNothingIsKnown() {
        assertThat(SqlFailure.of(new SQLException("could not send"))).isEqualTo(SqlFailure.UNKNOWN);
        assertThat(SqlFailure.of(new SQLException("odd", "22"))).isEqualTo(SqlFailure.UNKNOWN);
    }
}
