package io.assent.participant.autoconfigure;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.PreparedParts;
import io.assent.participant.jta.BrokerConnections;
import io.assent.participant.jta.JtaBranchResource;
import io.assent.participant.jta.JtaBranches;
import io.assent.participant.jta.JtaDataSources;
import io.assent.participant.jta.NarayanaRuntime;
import io.assent.participant.jta.SecondaryResources;
import io.assent.participant.postgres.BranchPreparer;
import io.assent.participant.postgres.PostgresBranchResource;
import io.assent.participant.tcc.Reservations;
import io.assent.participant.tcc.ReservingBranchResource;
import io.assent.participant.transaction.BranchTransactionListener;
import io.assent.participant.transaction.HeldCallbacks;
import jakarta.jms.ConnectionFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.boot.jms.XAConnectionFactoryWrapper;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizers;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.util.ClassUtils;

/**
 * Lets one branch consist of several databases and a message broker: {@code assent.participant.resources=jta}, with Narayana and
 * Agroal on the class path. Everything else is as with one database.
 */
@AutoConfiguration(
        before = {DataSourceAutoConfiguration.class, ParticipantAutoConfiguration.class},
        beforeName = {
            "org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration",
            "org.springframework.boot.transaction.jta.autoconfigure.JtaAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.jms.autoconfigure.JmsAutoConfiguration",
            "org.springframework.boot.artemis.autoconfigure.ArtemisAutoConfiguration"
        })
@ConditionalOnBooleanProperty(name = "assent.enabled", matchIfMissing = true)
@ConditionalOnProperty(name = ParticipantAutoConfiguration.RESOURCES, havingValue = "jta")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public final class JtaAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(JtaAutoConfiguration.class);

    private static final String JMS = "jakarta.jms.ConnectionFactory";

    private static final Map<String, String> LIBRARIES = Map.of(
            "com.arjuna.ats.jta.TransactionManager", "org.jboss.narayana.jta:narayana-jta",
            // Narayana cannot work without it, and does not bring it along.
            "org.jboss.logging.Logger", "org.jboss.logging:jboss-logging",
            "io.agroal.pool.DataSource", "io.agroal:agroal-pool",
            "io.agroal.narayana.NarayanaTransactionIntegration", "io.agroal:agroal-narayana");

    private static final Map<String, String> JMS_LIBRARIES = Map.of(
            "org.springframework.boot.jms.XAConnectionFactoryWrapper", "org.springframework.boot:spring-boot-jms",
            "org.messaginghub.pooled.jms.JmsPoolXAConnectionFactory", "org.messaginghub:pooled-jms");

    /** Before any bean is made: the others would fail with less clear words. */
    @Bean
    static BeanFactoryPostProcessor assentJtaLibraries() {
        return beanFactory -> {
            ClassLoader loader = beanFactory.getBeanClassLoader();
            require(loader, LIBRARIES, "assent.participant.resources=jta needs a library that is missing: ");
            if (ClassUtils.isPresent(JMS, loader)) {
                // Without them, messages would be sent outside of the branch.
                require(loader, JMS_LIBRARIES, "JMS in branches needs a library that is missing: ");
            }
        };
    }

    private static void require(@Nullable ClassLoader loader, Map<String, String> libraries, String problem) {
        libraries.forEach((type, artifact) -> {
            if (!ClassUtils.isPresent(type, loader)) {
                throw new ParticipantStartException(
                        problem + artifact + ".",
                        "Add it to the dependencies, see docs/jta.md, or set assent.participant.resources=postgres.");
            }
        });
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {"com.arjuna.ats.jta.TransactionManager", "io.agroal.narayana.NarayanaTransactionIntegration"})
    @EnableConfigurationProperties({JtaProperties.class, ParticipantProperties.class, DataSourceProperties.class})
    @Import(OtherDatabases.class)
    static class Resources {

        /** @param checkedFirst a start that is refused must not have started Narayana: that is done once per JVM */
        @Bean
        NarayanaRuntime assentNarayana(JtaProperties properties, ParticipantProperties checkedFirst) {
            Path objectStore = ObjectStoreDirectory.require(properties.objectStore());
            try {
                return new NarayanaRuntime(new NarayanaRuntime.Settings(
                        String.valueOf(properties.nodeIdentifier()),
                        objectStore,
                        properties.transactionTimeout(),
                        properties.recovery().interval(),
                        properties.recovery().backoff()));
            } catch (IOException e) {
                throw new ParticipantStartException(
                        "Narayana's object store cannot be used: " + e.getMessage() + ".",
                        "Give each process a directory of its own with assent.participant.jta.object-store.directory.");
            }
        }

        @Bean
        JtaBranches assentJtaBranches(
                NarayanaRuntime narayana,
                SecondaryResources secondaries,
                ObjectProvider<BranchPreparer> preparer,
                ObjectProvider<BranchResource> resource,
                ObjectProvider<JtaDatabases> databases) {
            return new JtaBranches(
                    narayana,
                    secondaries,
                    preparer::getObject,
                    resource::getObject,
                    () -> databases.getObject().main());
        }

        @Bean
        JtaTransactionManager transactionManager(
                NarayanaRuntime narayana,
                JtaBranches branches,
                HeldCallbacks callbacks,
                ObjectProvider<TransactionManagerCustomizers> customizers) {
            JtaTransactionManager manager =
                    new JtaTransactionManager(narayana.userTransaction(), branches.transactionManager());
            manager.setTransactionSynchronizationRegistry(branches.synchronizationRegistry());
            customizers.ifAvailable(all -> all.customize(manager));
            manager.addListener(new BranchTransactionListener(branches, callbacks));
            return manager;
        }

        @Bean
        SecondaryResources assentSecondaryResources() {
            return new SecondaryResources();
        }

        @Bean
        PreparedParts assentPreparedParts(SecondaryResources secondaries) {
            return secondaries::prepared;
        }

        @Bean
        JtaDatabases assentJtaDatabases(
                DataSourceProperties main,
                JtaProperties jta,
                ParticipantProperties participant,
                NarayanaRuntime narayana,
                JtaBranches branches) {
            return new JtaDatabases(main, jta, participant, new JtaDataSources(narayana, branches));
        }

        @Bean
        @Primary
        DataSource dataSource(JtaDatabases databases) {
            return databases.main();
        }

        @Bean
        @DependsOnDatabaseInitialization
        ParticipantDatabase assentParticipantDatabase(
                DataSource dataSource, JtaDatabases databases, ParticipantProperties properties) {
            return new ParticipantDatabase(dataSource, databases::mainCompletion, properties);
        }

        /** Makes every resource known before the first order: one that is made later would be left out. */
        @Bean
        BranchResource assentBranchResource(
                ParticipantDatabase database,
                JtaDatabases databases,
                SecondaryResources secondaries,
                ParticipantProperties properties,
                Reservations reservations,
                BranchService.Runtime runtime,
                ConfigurableListableBeanFactory beans) {
            databases.addTo(secondaries);
            if (ClassUtils.isPresent(JMS, beans.getBeanClassLoader())) {
                beans.getBeansOfType(ClassUtils.resolveClassName(JMS, beans.getBeanClassLoader()));
            }
            JtaBranchResource branches = new JtaBranchResource(
                    new PostgresBranchResource(
                            database.completion(), properties.participantName(), Duration.ofMillis(200)),
                    properties.participantName(),
                    secondaries,
                    runtime.clock());
            return new ReservingBranchResource(
                    branches,
                    reservations,
                    properties.participantName(),
                    properties.reservations().cancelDelay());
        }
    }

    /** Boot asks this wrapper to make the ConnectionFactory of its brokers. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                JMS,
                "org.springframework.boot.jms.XAConnectionFactoryWrapper",
                "com.arjuna.ats.jta.TransactionManager"
            })
    static class Jms {

        @Bean
        BrokerConnections assentBrokerConnections(
                NarayanaRuntime narayana,
                JtaBranches branches,
                SecondaryResources resources,
                ParticipantProperties participant,
                JtaProperties jta) {
            return new BrokerConnections(
                    narayana, branches, resources, participant.participantName(), jta.jmsConnections());
        }

        @Bean
        XAConnectionFactoryWrapper assentXaConnectionFactoryWrapper(BrokerConnections connections) {
            return connections::wrap;
        }

        /** Legitimate, and easily done by mistake: what such a factory sends is sent at once, whatever becomes of the branch. */
        @Bean
        SmartInitializingSingleton assentPlainConnectionFactories(
                ListableBeanFactory beans, BrokerConnections connections) {
            return () -> warnOfPlain(beans.getBeansOfType(ConnectionFactory.class), connections);
        }

        static void warnOfPlain(Map<String, ConnectionFactory> factories, BrokerConnections connections) {
            factories.forEach((name, factory) -> {
                if (!connections.hasMade(factory)) {
                    log.warn(
                            "The ConnectionFactory {} takes no part in branches: what is sent through it is sent at once."
                                    + " Make it with XAConnectionFactoryWrapper if it should (docs/jta.md).",
                            name);
                }
            });
        }
    }

    /** A DataSource bean for each of the further databases, under its name. */
    static final class OtherDatabases implements ImportBeanDefinitionRegistrar {

        private final Environment environment;

        OtherDatabases(Environment environment) {
            this.environment = environment;
        }

        @Override
        public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
            Set<String> names = Binder.get(environment)
                    .bind(
                            "assent.participant.jta.databases",
                            Bindable.mapOf(String.class, JtaProperties.Database.class))
                    .orElseGet(Map::of)
                    .keySet();
            for (String name : names) {
                RootBeanDefinition definition = new RootBeanDefinition(DataSource.class);
                definition.setInstanceSupplier(() -> ((ListableBeanFactory) registry)
                        .getBean(JtaDatabases.class)
                        .other(name));
                definition.setDestroyMethodName("close");
                registry.registerBeanDefinition(name, definition);
            }
        }
    }
}
