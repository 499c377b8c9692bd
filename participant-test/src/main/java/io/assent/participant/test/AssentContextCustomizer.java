package io.assent.participant.test;

import io.assent.embeddedpostgres.TestPostgres;
import io.assent.participant.engine.BranchResource;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Wires one application context. Equal ones share a context, and with it the database, as Spring's tests do.
 *
 * @param database see {@link AssentTest#database}
 * @param coordinator see {@link AssentTest#coordinator}
 */
record AssentContextCustomizer(boolean database, boolean coordinator) implements ContextCustomizer {

    private static final String DATABASE_URL = "spring.datasource.url";
    private static final String COORDINATOR_URLS = "assent.coordinator.urls";

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        if (!(context instanceof WebServerApplicationContext)
                || !(context instanceof GenericApplicationContext beans)) {
            throw new IllegalStateException(
                    "@AssentTest needs @SpringBootTest(webEnvironment = RANDOM_PORT) or DEFINED_PORT: the coordinator calls"
                            + " the application, so it has to listen on a port.");
        }
        ConfigurableEnvironment environment = context.getEnvironment();
        MutablePropertySources sources = environment.getPropertySources();
        sources.addBefore(
                StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME,
                new MapPropertySource("assentTest", properties(ofTheTest(sources))));

        AssentFaults faults = new AssentFaults();
        AssentClock clock = new AssentClock();
        AskedFor asked = new AskedFor();
        context.getBeanFactory().addBeanPostProcessor(new PortsPostProcessor(faults, clock, asked));
        beans.registerBean("assentFaults", AssentFaults.class, () -> faults);
        beans.registerBean("assentClock", AssentClock.class, () -> clock);
        beans.registerBean(
                "assentTransactions",
                AssentTransactions.class,
                () -> new AssentTransactions(
                        coordinators(environment), () -> context.getBean(BranchResource.class), asked));
        beans.registerBean("assentLostVoteFilter", FilterRegistrationBean.class, () -> lostVoteFilter(faults));
    }

    private Map<String, Object> properties(List<PropertySource<?>> ofTheTest) {
        Map<String, Object> properties = new LinkedHashMap<>();
        if (database && !sets(ofTheTest, DATABASE_URL)) {
            TestPostgres.Database fresh = TestPostgres.shared().freshDatabase("assent_test");
            properties.put(DATABASE_URL, fresh.jdbcUrl());
            properties.put("spring.datasource.username", fresh.username());
            properties.put("spring.datasource.password", fresh.password());
        }
        if (coordinator && !sets(ofTheTest, COORDINATOR_URLS)) {
            properties.put(COORDINATOR_URLS, TestCoordinator.shared().url().toString());
        }
        properties.put(
                "assent.participant.url",
                "http://127.0.0.1:{port}${server.servlet.context-path:}${assent.participant.path:/assent/v1}");
        properties.put("assent.participant.sweep.interval", "200ms");
        properties.put("assent.participant.sweep.min-age", "300ms");
        return properties;
    }

    /** Those that stand before the machine's and the application's. */
    private static List<PropertySource<?>> ofTheTest(MutablePropertySources sources) {
        List<PropertySource<?>> found = new ArrayList<>();
        for (PropertySource<?> source : sources) {
            if (source.getName().equals(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME)) {
                return found;
            }
            if (!ConfigurationPropertySources.isAttachedConfigurationPropertySource(source)) {
                found.add(source);
            }
        }
        return found;
    }

    private static boolean sets(List<PropertySource<?>> sources, String property) {
        return sources.stream().anyMatch(source -> source.containsProperty(property));
    }

    private static List<URI> coordinators(ConfigurableEnvironment environment) {
        return Binder.get(environment)
                .bind(COORDINATOR_URLS, Bindable.listOf(URI.class))
                .orElse(List.of());
    }

    private static FilterRegistrationBean<LostVoteFilter> lostVoteFilter(AssentFaults faults) {
        FilterRegistrationBean<LostVoteFilter> registration = new FilterRegistrationBean<>(new LostVoteFilter(faults));
        registration.setOrder(LostVoteFilter.ORDER);
        return registration;
    }
}
