package io.assent.participant.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.reflect.Proxy;
import java.sql.SQLException;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Goal: in a transaction of this service alone, Narayana is never told of a definite failure where there is only a lost reply.
 * Method: a driver that reports errors as pgjdbc does (its issue 4438).
 */
class BranchXaResourceTests {

    @ParameterizedTest
    @CsvSource({
        "57P01, XAER_RMFAIL",
        "57P02, XAER_RMFAIL",
        "08006, XAER_RMFAIL",
        "08003, XAER_RMFAIL",
        "53200, XAER_RMERR",
        "42501, XAER_RMERR"
    })
    void a_lost_reply_in_phase_two_is_looked_up_later_and_is_no_heuristic_outcome(String state, String expected)
            throws Exception {
        XAResource wrapped = new BranchXaResource(failing(state), null, null);

        int code = XAException.class.getField(expected).getInt(null);
        assertThat(catchThrowableOfType(XAException.class, () -> wrapped.commit(null, false)).errorCode)
                .isEqualTo(code);
        assertThat(catchThrowableOfType(XAException.class, () -> wrapped.rollback(null)).errorCode)
                .isEqualTo(code);
        assertThat(catchThrowableOfType(XAException.class, () -> wrapped.commit(null, true)).errorCode)
                .as("in one phase nothing can be looked up")
                .isEqualTo(XAException.XAER_RMERR);
    }

    private static XAResource failing(String state) {
        return (XAResource) Proxy.newProxyInstance(
                BranchXaResourceTests.class.getClassLoader(),
                new Class<?>[] {XAResource.class},
                (self, method, args) -> {
                    throw XaErrors.of(XAException.XAER_RMERR, "failed", new SQLException("as asked", state));
                });
    }
}
