package io.assent.protocol.signature;

import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.greenbytes.http.sfv.ByteSequenceItem;
import org.greenbytes.http.sfv.InnerList;
import org.greenbytes.http.sfv.IntegerItem;
import org.greenbytes.http.sfv.Item;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.ParseException;
import org.greenbytes.http.sfv.Parser;
import org.greenbytes.http.sfv.StringItem;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a request was signed with one of a few keys, not long ago, and has not been seen before. Several keys are
 * valid at a time, so that they can be replaced one after the other. Thread-safe.
 */
public final class RequestVerifier {

    private static final int LONGEST_HEADER = 1_024;
    private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{16,64}");

    private final Map<String, SigningKey> keys;
    private final Duration window;
    private final Nonces nonces;
    private final InstantSource clock;

    /** Why a request is not to be believed. */
    public enum Refusal {
        /** It carries no signature. */
        MISSING,
        /** It carries something that is none, or one of another kind. */
        MALFORMED,
        /** The key's name is not known here. */
        UNKNOWN_KEY,
        /** It is not what was signed, or not signed with that key. */
        FORGED,
        /** It was signed too long ago, or in the future. */
        STALE,
        /** It was here before. */
        REPLAYED,
        /** So many come that it cannot be told whether it was here before. */
        CROWDED
    }

    /**
     * A verifier.
     *
     * @param keys that are believed, 1 or more
     * @param window how far the signer's clock and this one may be apart, the way included
     * @param maxNonces how many requests are remembered in {@code 2 × window}; more are refused
     */
    public RequestVerifier(Collection<SigningKey> keys, Duration window, int maxNonces, InstantSource clock) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("a verifier without a key would refuse everything");
        }
        this.keys = keys.stream().collect(Collectors.toUnmodifiableMap(SigningKey::id, Function.identity()));
        this.window = window;
        this.clock = clock;
        this.nonces = new Nonces(window.multipliedBy(2), maxNonces);
    }

    private record Signed(InnerList input, String keyId, String nonce, Instant created, byte[] signature) {}

    /**
     * Looks at a request.
     *
     * @param request as it arrived
     * @param headers the value of a header by its name, or null
     * @return null: it is to be believed
     */
    public @Nullable Refusal verify(SignedRequest request, Function<String, @Nullable String> headers) {
        String input = headers.apply(SignedRequest.INPUT);
        String signature = headers.apply(SignedRequest.SIGNATURE);
        if (input == null || signature == null) {
            return Refusal.MISSING;
        }
        Signed signed = read(input, signature);
        if (signed == null) {
            return Refusal.MALFORMED;
        }
        SigningKey key = keys.get(signed.keyId());
        if (key == null) {
            return Refusal.UNKNOWN_KEY;
        }
        // The digest is computed from the body that is here, so what its header says need not be looked at.
        byte[] expected = key.sign(request.base(request.digest(), signed.input().serialize()));
        if (!MessageDigest.isEqual(expected, signed.signature())) {
            return Refusal.FORGED;
        }
        Instant now = clock.instant();
        if (signed.created().isBefore(now.minus(window)) || signed.created().isAfter(now.plus(window))) {
            return Refusal.STALE;
        }
        // Last, so that nobody without a key can fill the memory.
        return switch (nonces.add(signed.keyId() + ' ' + signed.nonce(), now)) {
            case NEW -> null;
            case SEEN -> Refusal.REPLAYED;
            case FULL -> Refusal.CROWDED;
        };
    }

    private static @Nullable Signed read(String input, String signature) {
        if (input.length() > LONGEST_HEADER || signature.length() > LONGEST_HEADER) {
            return null;
        }
        try {
            ListElement<?> described = Parser.parseDictionary(input).get().get(SignedRequest.LABEL);
            ListElement<?> made = Parser.parseDictionary(signature).get().get(SignedRequest.LABEL);
            if (!(described instanceof InnerList list) || !(made instanceof ByteSequenceItem bytes) || !covers(list)) {
                return null;
            }
            String keyId = text(list, "keyid", value -> value);
            String nonce = text(list, "nonce", value -> NONCE.matcher(value).matches() ? value : null);
            String alg = text(list, "alg", value -> value.equals(SignedRequest.ALGORITHM) ? value : null);
            String tag = text(list, "tag", value -> value.equals(SignedRequest.TAG) ? value : null);
            if (keyId == null
                    || nonce == null
                    || alg == null
                    || tag == null
                    || !(list.getParams().get("created") instanceof IntegerItem created)) {
                return null;
            }
            byte[] mac = new byte[bytes.get().remaining()];
            bytes.get().duplicate().get(mac);
            return new Signed(list, keyId, nonce, Instant.ofEpochSecond(created.getAsLong()), mac);
        } catch (ParseException e) {
            return null;
        }
    }

    /** Just the components that are always signed, without parameters of their own. */
    private static boolean covers(InnerList list) {
        return list.get().stream()
                .map(Item::serialize)
                .toList()
                .equals(SignedRequest.COMPONENTS.stream().map(Item::serialize).toList());
    }

    private static @Nullable String text(InnerList list, String name, Function<String, @Nullable String> accepted) {
        return list.getParams().get(name) instanceof StringItem item ? accepted.apply(item.get()) : null;
    }
}
