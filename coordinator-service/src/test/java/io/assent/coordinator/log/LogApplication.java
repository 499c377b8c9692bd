package io.assent.coordinator.log;

import io.assent.coordinator.config.DatabaseConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The decision log wired by Spring Boot, and nothing else of the service. No {@code @Configuration}, so that no scan of the
 * whole service finds it.
 */
@EnableAutoConfiguration
@Import({DatabaseConfiguration.class, DecisionLogConfiguration.class})
public class LogApplication {

    @Bean
    MeterRegistry testMeterRegistry() {
        return new SimpleMeterRegistry();
    }

    public static ConfigurableApplicationContext start(String... properties) {
        return new SpringApplicationBuilder(LogApplication.class)
                .web(WebApplicationType.NONE)
                .bannerMode(org.springframework.boot.Banner.Mode.OFF)
                .properties(properties)
                .run();
    }
}
