package io.assent.sample.points.provider;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The points provider, configured by {@code provider.yml}. */
@SpringBootApplication(proxyBeanMethods = false)
public class PointsProvider {

    /** Returns when it answers. The caller may close what it gets. */
    public static ConfigurableApplicationContext start(String... arguments) {
        return new SpringApplicationBuilder(PointsProvider.class)
                .properties("spring.config.name=provider")
                .run(arguments);
    }
}
