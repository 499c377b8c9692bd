package io.assent.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/** Goal: what a shell makes of a key is what a coordinator expects. Method: the digest that sha256sum prints. */
class ServiceKeyTests {

    @Test
    void a_key_can_be_told_and_not_be_guessed() {
        SecureRandom random = new SecureRandom();

        assertThat(ServiceKey.generate(random))
                .matches("assent_[0-9a-f]{64}")
                .isNotEqualTo(ServiceKey.generate(random));
    }

    @Test
    void the_digest_is_that_of_sha256sum() {
        assertThat(ServiceKey.digest("abc"))
                .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
