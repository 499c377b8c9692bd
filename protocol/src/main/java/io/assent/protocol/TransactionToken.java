package io.assent.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * What allows to enlist branches in one begun transaction: 128 random bits that begin answers and that travel with the
 * calls of the transaction. Whoever has it may enlist; so it is never shown.
 *
 * @param value exactly {@value #LENGTH} characters of {@code [A-Za-z0-9_-]}
 */
public record TransactionToken(String value) {

    /** Of every token, in characters. */
    public static final int LENGTH = 22;

    private static final int RANDOM_BYTES = 16;

    private static final AsciiSet ALLOWED =
            new AsciiSet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /** @throws IllegalArgumentException if {@code value} has another form; the message does not quote it */
    public TransactionToken {
        if (value.length() != LENGTH || !ALLOWED.hasAll(value, 0)) {
            throw new IllegalArgumentException("not a transaction's token: expected 22 characters of [A-Za-z0-9_-]");
        }
    }

    /** Makes a new one. As hard to guess as {@code random} is. */
    public static TransactionToken create(RandomGenerator random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return new TransactionToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Takes equally long wherever the two differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof TransactionToken token && MessageDigest.isEqual(bytes(value), bytes(token.value));
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** Says nothing: what is logged or thrown with it must not give it away. */
    @Override
    public String toString() {
        return "TransactionToken[not shown]";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
