package io.assent.participant.jta;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.participant.protocol.ExecutionRef;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.time.Instant;
import java.util.Locale;
import java.util.Random;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: an Xid and a ref name the same execution, one to one. Method: there and back, and everything that is near. */
class BranchXidTests {

    private static final ParticipantName NAME = new ParticipantName("payment");
    private static final Instant DEADLINE = Instant.ofEpochMilli(1_763_690_000_123L);
    private static final Random RANDOM = new Random(7);

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "10", "1.2", "1.2.3", "9999.9999.9999.9999.9999.9999.9999.9999"})
    void an_xid_tells_the_whole_ref(String branch) {
        for (int i = 0; i < 100; i++) {
            BranchRef ref = ref(NAME, branch);
            Xid xid = BranchXid.of(NAME, ref).orElseThrow();

            assertThat(xid.getGlobalTransactionId().length).isLessThanOrEqualTo(Xid.MAXGTRIDSIZE);
            ExecutionRef read = BranchXid.parse(NAME, xid).orElseThrow();
            assertThat(read.ref()).isEqualTo(ref);
            assertThat(read.deadline()).isEqualTo(DEADLINE);
            assertThat(read.branch().value()).isEqualTo(branch);
            assertThat(BranchXid.of(NAME, ref)).as("always the same").contains(xid);
        }
    }

    @Test
    void the_longest_name_fits() {
        ParticipantName longest = new ParticipantName("p".repeat(63));
        Xid xid = BranchXid.of(longest, ref(longest, "1")).orElseThrow();
        assertThat(xid.getBranchQualifier().length).isLessThanOrEqualTo(Xid.MAXBQUALSIZE);
        assertThat(BranchXid.parse(longest, xid)).isPresent();
    }

    @Test
    void another_participants_xid_is_none_of_ours() {
        ParticipantName other = new ParticipantName("payment-2");
        Xid xid = BranchXid.of(other, ref(other, "1")).orElseThrow();
        assertThat(BranchXid.parse(NAME, xid)).isEmpty();
    }

    @Test
    void another_format_is_none_of_ours() {
        Xid own = BranchXid.of(NAME, ref(NAME, "1")).orElseThrow();
        assertThat(BranchXid.parse(NAME, new Other(131_077, own.getGlobalTransactionId(), own.getBranchQualifier())))
                .isEmpty();
        assertThat(BranchXid.parse(NAME, new Other(own.getFormatId(), new byte[] {1, 2, 3}, own.getBranchQualifier())))
                .isEmpty();
        byte[] noBranch = own.getGlobalTransactionId();
        noBranch[noBranch.length - 1] = (byte) 0xff;
        assertThat(BranchXid.parse(NAME, new Other(own.getFormatId(), noBranch, own.getBranchQualifier())))
                .isEmpty();
    }

    @Test
    void a_ref_that_only_looks_like_one_of_ours_has_no_xid() {
        String ref = ref(NAME, "1").value();
        assertThat(BranchXid.of(
                        NAME,
                        new BranchRef(ref.substring(0, ref.lastIndexOf(':') + 1)
                                + ref.substring(ref.lastIndexOf(':') + 1).toUpperCase(Locale.ROOT))))
                .as("the same deadline in other letters (R6)")
                .isEmpty();
        assertThat(BranchXid.of(NAME, new BranchRef(ref.substring(0, ref.lastIndexOf(':')))))
                .as("no deadline")
                .isEmpty();
        assertThat(BranchXid.of(NAME, new BranchRef(ref.replaceFirst(":1:[^:]+:", ":1:short:"))))
                .as("another nonce")
                .isEmpty();
        assertThat(BranchXid.of(NAME, new BranchRef("assent:payment:mine"))).isEmpty();
    }

    private static BranchRef ref(ParticipantName name, String branch) {
        return ExecutionRef.create(
                name, TransactionId.create(DEADLINE, RANDOM), new BranchId(branch), DEADLINE, RANDOM);
    }

    private record Other(int getFormatId, byte[] getGlobalTransactionId, byte[] getBranchQualifier) implements Xid {}
}
