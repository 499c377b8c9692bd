package io.assent.chaos.points;

import java.security.SecureRandom;
import java.util.UUID;

/** Ids as a foreign client makes them (RFC 9562, section 5.7). */
final class UuidVersion7 {

    private static final SecureRandom RANDOM = new SecureRandom();

    private UuidVersion7() {}

    static String create() {
        long high = (System.currentTimeMillis() << 16) | 0x7000L | (RANDOM.nextInt() & 0x0FFFL);
        long low = (RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
