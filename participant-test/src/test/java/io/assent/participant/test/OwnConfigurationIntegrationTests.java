package io.assent.participant.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.embeddedpostgres.TestPostgres;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.context.support.GenericWebApplicationContext;

/** Goal: what a test configures itself is left alone. Method: a test with a database and a coordinator of its own. */
@SpringBootTest(
        classes = Shop.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "assent.coordinator.urls=http://127.0.0.1:1")
@AssentTest
class OwnConfigurationIntegrationTests {

    private static final TestPostgres.Database OWN = TestPostgres.shared().freshDatabase("own");

    @DynamicPropertySource
    static void configure(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", OWN::jdbcUrl);
        registry.add("spring.datasource.username", OWN::username);
        registry.add("spring.datasource.password", OWN::password);
    }

    @Test
    void theTestsOwnSettingsWin(@Autowired Environment environment, @Autowired AssentTransactions transactions) {
        assertThat(environment.getProperty("spring.datasource.url")).isEqualTo(OWN.jdbcUrl());
        assertThat(environment.getProperty("spring.datasource.username")).isEqualTo(OWN.username());
        assertThat(environment.getProperty("assent.coordinator.urls")).isEqualTo("http://127.0.0.1:1");
        transactions.assertNothingInDoubt();
    }

    @Test
    void anApplicationWithoutAPortIsRefusedInWords() {
        GenericWebApplicationContext mock = new GenericWebApplicationContext();

        assertThatThrownBy(() -> new AssentContextCustomizer(true, true).customizeContext(mock, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("webEnvironment = RANDOM_PORT");
    }
}
