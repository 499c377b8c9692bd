package io.assent.sample.order;

import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.random.RandomGenerator;
import org.springframework.stereotype.Component;

/**
 * Numbers such as 261121-7K3QX-0M9TD: the day, then 50 random bits in letters that cannot be mistaken on the telephone.
 * Should two be equal after all, the unique constraint refuses the second order.
 */
@Component
class OrderNumbers {

    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyMMdd").withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private final RandomGenerator random;

    OrderNumbers(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    String next() {
        return DAY.format(clock.instant()) + "-" + letters(5) + "-" + letters(5);
    }

    private String letters(int count) {
        StringBuilder text = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }
}
