package io.assent.sample.points.service;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;

/** The points service, configured by {@code application.yml}. */
@SpringBootApplication
@EnableConfigurationProperties(ProviderProperties.class)
public class PointsService {

    /** Returns when it answers. The caller may close what it gets. */
    public static ConfigurableApplicationContext start(String... arguments) {
        return SpringApplication.run(PointsService.class, arguments);
    }
}
