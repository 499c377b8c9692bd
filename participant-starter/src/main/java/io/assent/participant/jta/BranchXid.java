package io.assent.participant.jta;

import io.assent.participant.protocol.ExecutionRef;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import javax.transaction.xa.Xid;

/**
 * The name of a branch in a resource that is no PostgreSQL database. It holds the whole ref, so that a branch found in a broker
 * tells by itself what it is, and one and the same ref always gives the same Xid.
 *
 * <p>Global part: transaction (16 bytes), deadline in milliseconds since 1970 (8), nonce (15), branch in half bytes. Branch part:
 * the participant. Both at most 64 bytes. The format id is the starter's own: Narayana's recovery leaves such Xids alone.
 */
final class BranchXid implements Xid {

    /** "asnt". */
    static final int FORMAT_ID = 0x61736e74;

    private static final int NONCE_LENGTH = 15;

    /** The digits 0 to 9, the dot, and what fills the last half byte. */
    private static final String HALF_BYTES = "0123456789.;";

    private static final char FILLER = ';';

    private final byte[] global;
    private final byte[] branch;

    private BranchXid(byte[] global, byte[] branch) {
        this.global = global;
        this.branch = branch;
    }

    /** Empty if the ref is none that this participant makes: nothing can be prepared under it. */
    static Optional<Xid> of(ParticipantName participant, BranchRef ref) {
        return ExecutionRef.parse(participant, ref.value())
                .flatMap(execution -> encode(participant, execution))
                // Only the one way of writing a ref is that execution (R6).
                .filter(xid -> parse(participant, xid)
                        .map(ExecutionRef::ref)
                        .filter(ref::equals)
                        .isPresent());
    }

    private static Optional<Xid> encode(ParticipantName participant, ExecutionRef execution) {
        Instant deadline = execution.deadline();
        byte[] nonce;
        try {
            nonce = Base64.getUrlDecoder().decode(execution.ref().value().split(":", -1)[4]);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (nonce.length != NONCE_LENGTH || deadline == null) {
            return Optional.empty();
        }
        byte[] path = pack(execution.branch().value());
        ByteBuffer global = ByteBuffer.allocate(16 + Long.BYTES + NONCE_LENGTH + path.length);
        UUID transaction = execution.transaction().value();
        global.putLong(transaction.getMostSignificantBits()).putLong(transaction.getLeastSignificantBits());
        global.putLong(deadline.toEpochMilli()).put(nonce).put(path);
        return Optional.of(new BranchXid(global.array(), participant.value().getBytes(StandardCharsets.US_ASCII)));
    }

    /** Reads an Xid that was found; empty if it is none of this participant's branches. */
    static Optional<ExecutionRef> parse(ParticipantName participant, Xid xid) {
        byte[] global = xid.getGlobalTransactionId();
        boolean mine = xid.getFormatId() == FORMAT_ID
                && Arrays.equals(xid.getBranchQualifier(), participant.value().getBytes(StandardCharsets.US_ASCII));
        if (!mine || global.length <= 16 + Long.BYTES + NONCE_LENGTH) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(global);
        UUID transaction = new UUID(buffer.getLong(), buffer.getLong());
        long deadline = buffer.getLong();
        byte[] nonce = new byte[NONCE_LENGTH];
        buffer.get(nonce);
        byte[] path = new byte[buffer.remaining()];
        buffer.get(path);
        try {
            String ref = BranchRef.prefix(participant) + new TransactionId(transaction) + ":"
                    + new BranchId(unpack(path)) + ":"
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(nonce) + ":"
                    + Long.toString(deadline, 36);
            return ExecutionRef.parse(participant, ref);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] pack(String path) {
        byte[] packed = new byte[(path.length() + 1) / 2];
        for (int i = 0; i < packed.length; i++) {
            char second = 2 * i + 1 < path.length() ? path.charAt(2 * i + 1) : FILLER;
            packed[i] = (byte) (HALF_BYTES.indexOf(path.charAt(2 * i)) << 4 | HALF_BYTES.indexOf(second));
        }
        return packed;
    }

    private static String unpack(byte[] packed) {
        StringBuilder path = new StringBuilder();
        for (byte two : packed) {
            path.append(half(two >> 4 & 0xf)).append(half(two & 0xf));
        }
        int end = path.length() - 1;
        return path.charAt(end) == FILLER ? path.substring(0, end) : path.toString();
    }

    private static char half(int value) {
        if (value >= HALF_BYTES.length()) {
            throw new IllegalArgumentException("no branch");
        }
        return HALF_BYTES.charAt(value);
    }

    @Override
    public int getFormatId() {
        return FORMAT_ID;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return global.clone();
    }

    @Override
    public byte[] getBranchQualifier() {
        return branch.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BranchXid xid && Arrays.equals(global, xid.global) && Arrays.equals(branch, xid.branch);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(global);
    }
}
