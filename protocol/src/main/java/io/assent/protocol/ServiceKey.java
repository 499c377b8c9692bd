package io.assent.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The secret by which a coordinator knows a service or a person, and what the coordinator is told of it. Keys are random and not
 * chosen by people, so a digest of SHA-256 gives nothing away, and a slow hash would add nothing.
 */
public final class ServiceKey {

    /** What every key begins with, so that it is told from a token, and found where it should not be. */
    public static final String PREFIX = "assent_";

    private static final String DIGEST = "sha256:";
    private static final int RANDOM_BYTES = 32;

    private ServiceKey() {}

    /** A new key: {@value #PREFIX} and 64 hexadecimal digits. */
    public static String generate(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return PREFIX + HexFormat.of().formatHex(bytes);
    }

    /** What the coordinator is configured with: {@code sha256:} and 64 hexadecimal digits. */
    public static String digest(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return DIGEST + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
