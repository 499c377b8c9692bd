package io.assent.protocol.signature;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A shared secret with a name, for HMAC-SHA-256. Never shows the secret. Thread-safe. */
public final class SigningKey {

    /** Shorter secrets could be guessed. Characters. */
    public static final int SHORTEST = 32;

    private static final int LONGEST = 1_024;
    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final String id;
    private final SecretKeySpec secret;

    private SigningKey(String id, SecretKeySpec secret) {
        this.id = id;
        this.secret = secret;
    }

    /**
     * A key.
     *
     * @param id names it; travels with each message
     * @param secret {@value #SHORTEST} to 1,024 characters, such as what {@code openssl rand -base64 32} prints; its bytes in UTF-8
     *     are the key
     * @throws IllegalArgumentException if the name or the length will not do; the message does not have the secret in it
     */
    public static SigningKey of(String id, String secret) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("the name of a key has 1 to 64 of A-Z a-z 0-9 . _ -");
        }
        if (secret.length() < SHORTEST || secret.length() > LONGEST) {
            throw new IllegalArgumentException("the secret of key " + id + " must have " + SHORTEST + " to " + LONGEST
                    + " characters, but has " + secret.length());
        }
        return new SigningKey(id, new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
    }

    public String id() {
        return id;
    }

    byte[] sign(String base) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return mac.doFinal(base.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "SigningKey[" + id + "]";
    }
}
