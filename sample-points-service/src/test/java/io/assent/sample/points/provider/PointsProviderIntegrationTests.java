package io.assent.sample.points.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.sample.points.RunningProvider;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Goal: each request of the provider's can be repeated, and what has ended does not end otherwise. Method: the provider on a real
 * PostgreSQL, over HTTP.
 */
class PointsProviderIntegrationTests {

    private static RunningProvider provider;

    private final UUID key = UUID.randomUUID();
    private final String customer = "c-" + key.toString().substring(0, 8);

    @BeforeAll
    static void start() {
        provider = new RunningProvider();
    }

    @AfterAll
    static void stop() {
        provider.close();
    }

    @Test
    void aReservationIsMadeOnceHoweverOftenItIsAskedFor() {
        assertThat(provider.reserve(key, customer, 12).status()).isEqualTo(201);
        assertThat(provider.reserve(key, customer, 12).status()).isEqualTo(200);

        assertThat(provider.reserved(customer)).isEqualTo(12);
        assertThat(provider.points(customer)).isZero();
    }

    @Test
    void atOnceTooItIsMadeOnce() {
        assertThat(IntStream.range(0, 8)
                        .parallel()
                        .map(i -> provider.reserve(key, customer, 12).status())
                        .filter(status -> status == 201)
                        .count())
                .isOne();
        assertThat(provider.reserved(customer)).isEqualTo(12);
    }

    @Test
    void aKeyStandsForOneReservationOnly() {
        provider.reserve(key, customer, 12);

        assertThat(provider.reserve(key, customer, 13).status()).isEqualTo(422);
        assertThat(provider.reserve(key, customer + "x", 12).status()).isEqualTo(422);
        assertThat(provider.reserved(customer)).isEqualTo(12);
    }

    @Test
    void whatIsCapturedIsTheCustomersOnceAndStaysSo() {
        provider.reserve(key, customer, 12);

        for (int i = 0; i < 2; i++) {
            RunningProvider.Answer captured = provider.post("/v1/reservations/" + key + "/capture");
            assertThat(captured.status()).isEqualTo(200);
            assertThat(captured.body().path("state").asString()).isEqualTo("CAPTURED");
        }
        assertThat(provider.post("/v1/reservations/" + key + "/void").status()).isEqualTo(409);
        assertThat(provider.reserve(key, customer, 12).body().path("state").asString())
                .isEqualTo("CAPTURED");
        assertThat(provider.points(customer)).isEqualTo(12);
        assertThat(provider.reserved(customer)).isZero();
    }

    @Test
    void whatIsVoidedIsGoneAndCannotBeCaptured() {
        provider.reserve(key, customer, 12);

        assertThat(provider.post("/v1/reservations/" + key + "/void").status()).isEqualTo(200);
        assertThat(provider.post("/v1/reservations/" + key + "/void").status()).isEqualTo(200);
        assertThat(provider.post("/v1/reservations/" + key + "/capture").status())
                .isEqualTo(409);
        assertThat(provider.reserve(key, customer, 12).status()).isEqualTo(409);
        assertThat(provider.points(customer)).isZero();
        assertThat(provider.reserved(customer)).isZero();
    }

    @Test
    void whatIsVoidedBeforeItArrivesReservesNothing() {
        for (int i = 0; i < 2; i++) {
            assertThat(provider.post("/v1/reservations/" + key + "/void").status())
                    .isEqualTo(200);
        }
        assertThat(provider.reserve(key, customer, 12).status()).isEqualTo(409);
        assertThat(provider.reserved(customer)).isZero();
    }

    @Test
    void aKeyThatItHasNeverSeenCannotBeCaptured() {
        assertThat(provider.post("/v1/reservations/" + key + "/capture").status())
                .isEqualTo(404);
    }

    @Test
    void whatIsNoReservationIsRefused() {
        assertThat(provider.reserve(key, customer, 0).status()).isEqualTo(400);
        assertThat(provider.reserve(key, customer, 10_000_001).status()).isEqualTo(400);
        assertThat(provider.reserve(key, "", 1).status()).isEqualTo(400);
        assertThat(provider.post("/v1/reservations/not-a-key/capture").status()).isEqualTo(400);
    }
}
