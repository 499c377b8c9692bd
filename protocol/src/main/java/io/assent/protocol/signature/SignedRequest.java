package io.assent.protocol.signature;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.greenbytes.http.sfv.ByteSequenceItem;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.Item;
import org.greenbytes.http.sfv.StringItem;
import org.jspecify.annotations.Nullable;

/**
 * What of a request is signed: all that says what is asked for.
 *
 * @param method in capitals
 * @param path as it is sent, with its escapes
 * @param query as it is sent, without the question mark; null: there is none
 * @param body empty if there is none; not copied
 */
public record SignedRequest(
        String method, String path, @Nullable String query, byte[] body) {

    /** Headers that carry a signature. */
    public static final String INPUT = "Signature-Input";

    public static final String SIGNATURE = "Signature";
    public static final String DIGEST = "Content-Digest";

    /** Under which name a request carries it. */
    static final String LABEL = "assent";

    static final String ALGORITHM = "hmac-sha256";

    /** What it is good for: a signature made for something else is none here. */
    static final String TAG = "assent-coordinator";

    /** Always these, in this order: who verifies need not think about what else could have been left out. */
    static final List<Item<?>> COMPONENTS = List.of(
            StringItem.valueOf("@method"),
            StringItem.valueOf("@path"),
            StringItem.valueOf("@query"),
            StringItem.valueOf("content-digest"));

    /** The value of {@value #DIGEST}, RFC 9530. */
    String digest() {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(body);
            return Dictionary.valueOf(new LinkedHashMap<>(Map.of("sha-256", ByteSequenceItem.valueOf(sum))))
                    .serialize();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * What the signature is made of, RFC 9421 section 2.5.
     *
     * @param digest of the body
     * @param parameters the signature's own line
     */
    String base(String digest, String parameters) {
        return "\"@method\": " + method + "\n\"@path\": " + path + "\n\"@query\": ?" + (query == null ? "" : query)
                + "\n\"content-digest\": " + digest + "\n\"@signature-params\": " + parameters;
    }

    @Override
    public String toString() {
        return method + " " + path + (query == null ? "" : "?" + query) + ", " + body.length + " bytes";
    }
}
