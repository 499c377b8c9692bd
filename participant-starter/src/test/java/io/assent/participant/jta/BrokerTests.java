package io.assent.participant.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.participant.engine.BranchResource.End;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import jakarta.jms.JMSException;
import jakarta.jms.XAConnection;
import jakarta.jms.XAConnectionFactory;
import jakarta.jms.XASession;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: of a broker's errors only those that prove something count as an end. Method: a broker that answers with each code. */
class BrokerTests {

    private static final ParticipantName NAME = new ParticipantName("payment");
    private static final BranchRef REF = ref();

    private final List<String> calls = new ArrayList<>();
    private int code;
    private boolean down;

    @ParameterizedTest
    @CsvSource({
        // XAER_NOTA, XAER_INVAL, XAER_RMFAIL, XAER_RMERR, XAER_PROTO, XA_RETRY, XA_RBROLLBACK
        "-4, NOT_THERE, NOT_THERE",
        "-5, UNKNOWN,   UNKNOWN",
        "-7, UNKNOWN,   UNKNOWN",
        "-3, UNKNOWN,   UNKNOWN",
        "-6, UNKNOWN,   UNKNOWN",
        "4,  UNKNOWN,   UNKNOWN",
        "100, UNKNOWN,  UNKNOWN",
        // XA_HEURCOM, XA_HEURRB, XA_HEURMIX, XA_HEURHAZ
        "7,  DONE,      UNKNOWN",
        "6,  UNKNOWN,   DONE",
        "5,  UNKNOWN,   UNKNOWN",
        "8,  UNKNOWN,   UNKNOWN"
    })
    void only_what_a_code_proves_is_an_end(int errorCode, End atCommit, End atRollback) {
        code = errorCode;
        Broker broker = broker();
        assertThat(broker.commitPrepared(REF)).isEqualTo(atCommit);
        assertThat(broker.rollbackPrepared(REF)).isEqualTo(atRollback);
    }

    @Test
    void what_was_ended_by_hand_as_decided_is_forgotten_and_nothing_else_is() {
        code = XAException.XA_HEURCOM;
        broker().commitPrepared(REF);
        assertThat(calls).contains("forget");
        calls.clear();
        broker().rollbackPrepared(REF);
        assertThat(calls).doesNotContain("forget");
    }

    @Test
    void a_broker_that_is_down_says_nothing_and_is_asked_again_on_a_new_connection() {
        down = true;
        Broker broker = broker();
        assertThat(broker.commitPrepared(REF)).isEqualTo(End.UNKNOWN);
        assertThatThrownBy(broker::prepared).isInstanceOf(BranchResourceException.class);
        down = false;
        assertThat(broker.commitPrepared(REF)).isEqualTo(End.DONE);
    }

    @Test
    void a_ref_that_cannot_be_here_is_not_asked_about() {
        assertThat(broker().commitPrepared(new BranchRef("assent:payment:mine")))
                .isEqualTo(End.NOT_THERE);
        assertThat(calls).isEmpty();
    }

    private Broker broker() {
        return new Broker("jms", fake(XAConnectionFactory.class), NAME);
    }

    private <T> T fake(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                BrokerTests.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    calls.add(method.getName());
                    return switch (method.getName()) {
                        case "createXAConnection" -> {
                            if (down) {
                                throw new JMSException("connection refused");
                            }
                            yield fake(XAConnection.class);
                        }
                        case "createXASession" -> fake(XASession.class);
                        case "getXAResource" -> fake(XAResource.class);
                        case "commit", "rollback" -> {
                            if (code != 0) {
                                throw XaErrors.of(code, "as asked", null);
                            }
                            yield null;
                        }
                        case "recover" -> new javax.transaction.xa.Xid[0];
                        default -> null;
                    };
                }));
    }

    private static BranchRef ref() {
        Random random = new Random(3);
        return ExecutionRef.create(
                NAME, TransactionId.create(Instant.EPOCH, random), new BranchId("1"), Instant.EPOCH, random);
    }
}
