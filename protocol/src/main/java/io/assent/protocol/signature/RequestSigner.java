package io.assent.protocol.signature;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.greenbytes.http.sfv.ByteSequenceItem;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.InnerList;
import org.greenbytes.http.sfv.Parameters;

/** Signs requests, each with a nonce of its own: one that is sent again is signed again. Thread-safe. */
public final class RequestSigner {

    private static final int NONCE_BYTES = 16;
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private final SigningKey key;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    public RequestSigner(SigningKey key, InstantSource clock) {
        this.key = key;
        this.clock = clock;
    }

    /** The headers to send with it. */
    public Map<String, String> sign(SignedRequest request) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("created", clock.instant().getEpochSecond());
        parameters.put("nonce", TEXT.encodeToString(nonce));
        parameters.put("keyid", key.id());
        parameters.put("alg", SignedRequest.ALGORITHM);
        parameters.put("tag", SignedRequest.TAG);
        InnerList input = InnerList.valueOf(SignedRequest.COMPONENTS).withParams(Parameters.valueOf(parameters));
        String digest = request.digest();
        byte[] signature = key.sign(request.base(digest, input.serialize()));
        return Map.of(
                SignedRequest.DIGEST, digest,
                SignedRequest.INPUT,
                        Dictionary.valueOf(Map.of(SignedRequest.LABEL, input)).serialize(),
                SignedRequest.SIGNATURE,
                        Dictionary.valueOf(Map.of(SignedRequest.LABEL, ByteSequenceItem.valueOf(signature)))
                                .serialize());
    }
}
