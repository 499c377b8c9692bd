package io.assent.peers.restat;

import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.arjuna.common.recoveryPropertyManager;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.ats.jta.TransactionManager;
import com.arjuna.ats.jta.UserTransaction;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jboss.narayana.rest.integration.api.ParticipantsManagerFactory;
import org.jboss.resteasy.plugins.server.servlet.HttpServletDispatcher;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Makes a service a participant: JTA with Narayana, a pool whose connections join it, the bridge, and its endpoints. */
@Configuration(proxyBeanMethods = false)
public class RestAtParticipant {

    private static final String ENDPOINTS = "/narayana";

    /** Narayana as it comes: an object store on disk, flushed, in a directory of this process alone. */
    @Bean
    PlatformTransactionManager transactionManager(
            @Value("${spring.application.name}") String application,
            @Value("${bench.restat.object-store}") String objectStore,
            @Value("${server.port}") int port)
            throws CoreEnvironmentBeanException {
        arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier(application);
        BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class).setObjectStoreDir(objectStore);
        for (String store : List.of("stateStore", "communicationStore")) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreDir(objectStore);
        }
        // Both listen on ports of their own, for tools that are not used here.
        arjPropertyManager.getCoordinatorEnvironmentBean().setTransactionStatusManagerEnable(false);
        recoveryPropertyManager.getRecoveryEnvironmentBean().setRecoveryListener(false);
        ParticipantsManagerFactory.getInstance().setBaseUrl("http://127.0.0.1:" + port + ENDPOINTS);
        return new JtaTransactionManager(UserTransaction.userTransaction(), TransactionManager.transactionManager());
    }

    /** With connections of an {@code XADataSource}; {@code first} because it configures what this opens. */
    @Bean
    DataSource dataSource(
            PlatformTransactionManager first,
            @Value("${spring.datasource.url}") String url,
            @Value("${spring.datasource.username}") String username,
            @Value("${spring.datasource.password}") String password,
            @Value("${spring.datasource.hikari.maximum-pool-size}") int connections)
            throws SQLException {
        AgroalDataSourceConfigurationSupplier configuration = new AgroalDataSourceConfigurationSupplier();
        configuration
                .connectionPoolConfiguration()
                .maxSize(connections)
                .transactionIntegration(new NarayanaTransactionIntegration(
                        TransactionManager.transactionManager(), new TransactionSynchronizationRegistryImple()))
                .connectionFactoryConfiguration()
                .connectionProviderClassName("org.postgresql.xa.PGXADataSource")
                .jdbcUrl(url)
                .principal(new NamePrincipal(username))
                .credential(new SimplePassword(password));
        return AgroalDataSource.from(configuration);
    }

    @Bean
    Bridge bridge() {
        return new Bridge();
    }

    @Bean
    WebMvcConfigurer bridgedPayments(Bridge bridge) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(bridge).addPathPatterns("/payments");
            }
        };
    }

    @Bean
    ServletRegistrationBean<HttpServletDispatcher> participantEndpoints() {
        ServletRegistrationBean<HttpServletDispatcher> servlet =
                new ServletRegistrationBean<>(new HttpServletDispatcher(), ENDPOINTS + "/*");
        servlet.addInitParameter("jakarta.ws.rs.Application", ParticipantEndpoints.class.getName());
        servlet.addInitParameter("resteasy.servlet.mapping.prefix", ENDPOINTS);
        return servlet;
    }
}
