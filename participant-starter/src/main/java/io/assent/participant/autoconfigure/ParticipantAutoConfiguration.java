package io.assent.participant.autoconfigure;

import io.assent.participant.CoordinatorCredentials;
import io.assent.participant.GlobalTransactionTemplate;
import io.assent.participant.client.CoordinatorTls;
import io.assent.participant.client.HttpCoordinatorClient;
import io.assent.participant.client.PropagatingRequestInterceptor;
import io.assent.participant.client.Propagation;
import io.assent.participant.engine.Admission;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.CallEnd;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.HeldTransaction;
import io.assent.participant.engine.InDoubtResolver;
import io.assent.participant.engine.Initiator;
import io.assent.participant.engine.Inquiries;
import io.assent.participant.engine.LateBranches;
import io.assent.participant.engine.ParticipantDirectory;
import io.assent.participant.engine.PreparedSlots;
import io.assent.participant.engine.Tracing;
import io.assent.participant.engine.WorkEnd;
import io.assent.participant.own.OwnLog;
import io.assent.participant.postgres.BranchConnections;
import io.assent.participant.postgres.BranchPreparer;
import io.assent.participant.postgres.PostgresBranchResource;
import io.assent.participant.tcc.Reservations;
import io.assent.participant.tcc.ReservingBranchResource;
import io.assent.participant.transaction.BranchTransactionPostProcessor;
import io.assent.participant.transaction.GlobalTransactionRunner;
import io.assent.participant.transaction.GlobalTransactionalInterceptor;
import io.assent.participant.transaction.HeldCallbacks;
import io.assent.participant.transaction.SpringHeldTransaction;
import io.assent.participant.web.BranchFilter;
import io.assent.participant.web.FailureNote;
import io.assent.participant.web.LateBranchInterceptor;
import io.assent.participant.web.MessageErrorFilter;
import io.assent.participant.web.MessageFilter;
import io.assent.participant.web.MessageGuard;
import io.assent.participant.web.ParticipantEndpoints;
import io.assent.protocol.CertificateName;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.signature.RequestVerifier;
import io.assent.protocol.signature.SigningKey;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Makes a service with a PostgreSQL DataSource, or with a log of its own, a participant in global transactions and an
 * initiator of them. Switched off by {@code assent.enabled=false}.
 */
@AutoConfiguration(after = DataSourceAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "assent.enabled", matchIfMissing = true)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@EnableConfigurationProperties({
    ParticipantProperties.class,
    CoordinatorProperties.class,
    CoordinatorKeyProperties.class,
    TransactionProperties.class,
    PropagationProperties.class,
    SignatureProperties.class
})
@Import({
    WebClientConfiguration.class,
    HealthConfiguration.class,
    MetricsConfiguration.class,
    EndpointConfiguration.class,
    TomcatConfiguration.class,
    TracingConfiguration.class,
    OwnLogCheck.class,
    ReservationConfiguration.class
})
public final class ParticipantAutoConfiguration {

    static final String RESOURCES = "assent.participant.resources";

    /** Transactions for each connection of the pool: enough to keep it busy, and none waits for long. */
    private static final int WAITING_FOR_A_CONNECTION = 10;

    private static final HeldTransaction.Source NO_LATE_JTA = () -> {
        throw new IllegalStateException(
                "@Branch(prepare = LATE) does not go with assent.participant.resources=jta: a branch"
                        + " with several resources prepares early.");
    };

    @Bean
    @ConditionalOnProperty(name = RESOURCES, havingValue = "postgres", matchIfMissing = true)
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static BranchTransactionPostProcessor assentBranchTransactionPostProcessor(
            ObjectProvider<BranchPreparer> preparer,
            ObjectProvider<DataSource> dataSource,
            ObjectProvider<HeldCallbacks> callbacks) {
        BranchConnections connections = new BranchConnections(preparer::getObject);
        return new BranchTransactionPostProcessor(connections::wrap, dataSource::getObject, callbacks::getObject);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static GlobalTransactionalInterceptor assentGlobalTransactionalInterceptor(
            ObjectProvider<GlobalTransactionRunner> runner, ConfigurableBeanFactory beanFactory) {
        return new GlobalTransactionalInterceptor(runner::getObject, new EmbeddedValueResolver(beanFactory));
    }

    @Bean
    HeldCallbacks assentHeldCallbacks(ParticipantProperties properties) {
        return new HeldCallbacks(properties.maxHeldCallbacks());
    }

    @Bean
    ParticipantDirectory assentParticipantDirectory() {
        return new ParticipantDirectory();
    }

    @Bean
    @ConditionalOnMissingBean
    BranchService.Runtime assentRuntime() {
        return new BranchService.Runtime(
                InstantSource.system(), duration -> Thread.sleep(duration.toMillis()), new SecureRandom());
    }

    @Bean
    ParticipantUrl assentParticipantUrl(ParticipantProperties properties) {
        return new ParticipantUrl(properties.url());
    }

    /** After Flyway and Liquibase: they refuse a schema that somebody else has put a table into before them. */
    @Bean
    @ConditionalOnMissingBean({ParticipantDatabase.class, OwnLog.class})
    @DependsOnDatabaseInitialization
    ParticipantDatabase assentParticipantDatabase(DataSource dataSource, ParticipantProperties properties) {
        return new ParticipantDatabase(dataSource, properties);
    }

    @Bean
    @ConditionalOnMissingBean
    BranchResource assentBranchResource(
            ParticipantDatabase database, ParticipantProperties properties, Reservations reservations) {
        // A tombstone waits as long as an execution may take between its marker row and the end of PREPARE TRANSACTION.
        return new ReservingBranchResource(
                new PostgresBranchResource(database.completion(), properties.participantName(), Duration.ofMillis(200)),
                reservations,
                properties.participantName(),
                properties.reservations().cancelDelay());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("assent.coordinator.key")
    CoordinatorCredentials assentCoordinatorCredentials(CoordinatorKeyProperties properties) {
        String key = Objects.requireNonNull(properties.key());
        return () -> key;
    }

    @Bean
    CoordinatorHttp assentCoordinatorHttp(
            CoordinatorProperties properties,
            ObjectProvider<SslBundles> bundles,
            ObjectProvider<CoordinatorCredentials> credentials,
            ObjectProvider<Tracing> tracing) {
        CoordinatorTls tls = properties.sslBundle() == null
                ? CoordinatorTls.ofTheRuntime()
                : tls(properties.sslBundle(), bundles.getIfAvailable());
        RestClient.Builder http =
                RestClient.builder().requestFactory(new HttpComponentsClientHttpRequestFactory(http(properties, tls)));
        Tracing traces = tracing.getIfAvailable(() -> Tracing.NONE);
        if (traces != Tracing.NONE) {
            http.requestInitializer(request -> traces.headers().forEach(request.getHeaders()::set));
        }
        CoordinatorCredentials sent = credentials.getIfAvailable();
        if (sent != null) {
            http.requestInitializer(request -> request.getHeaders().setBearerAuth(token(sent)));
        }
        return new CoordinatorHttp(http.build());
    }

    private static CoordinatorTls tls(String bundle, @Nullable SslBundles bundles) {
        if (bundles == null || !bundles.getBundleNames().contains(bundle)) {
            throw new ParticipantStartException(
                    "assent.coordinator.ssl-bundle=" + bundle + ": there is no SSL bundle of that name.",
                    "Define it as spring.ssl.bundle.pem." + bundle + ".keystore and .truststore.");
        }
        return CoordinatorTls.of(bundle, bundles);
    }

    private static String token(CoordinatorCredentials credentials) {
        try {
            return credentials.token();
        } catch (RuntimeException e) {
            throw new ResourceAccessException(
                    "no token could be had for the coordinator", new IOException(e.toString(), e));
        }
    }

    @Bean
    @ConditionalOnMissingBean
    CoordinatorClient assentCoordinatorClient(
            CoordinatorHttp http,
            CoordinatorProperties properties,
            ParticipantProperties participant,
            BranchService.Runtime runtime,
            Environment environment,
            ObjectProvider<Tracing> tracing) {
        CoordinatorProperties.CircuitBreaker breaker = properties.circuitBreaker();
        HttpCoordinatorClient.Settings settings = new HttpCoordinatorClient.Settings(
                properties.urls(),
                properties.patience(),
                properties.rollbackPatience(),
                properties.maxConcurrentCommits(),
                properties.maxCommitsPerMessage(),
                properties.commitLinger(),
                properties.maxConcurrentCalls(),
                properties.usedCompletionWait(),
                properties.maxWaiting() != null ? properties.maxWaiting() : RequestThreads.half(environment),
                properties.retry().initialBackoff(),
                properties.retry().maxBackoff(),
                CircuitBreakerConfig.custom()
                        .failureRateThreshold(breaker.failureRateThreshold())
                        .slidingWindowSize(breaker.slidingWindowSize())
                        .minimumNumberOfCalls(breaker.minimumCalls())
                        .waitDurationInOpenState(breaker.openFor())
                        .build());
        return tracing.getIfAvailable(() -> Tracing.NONE)
                .traced(new HttpCoordinatorClient(
                        http.client(), participant.participantName(), settings, runtime.clock()));
    }

    /** No automatic retries and no redirects: what is repeated, and where, is the protocol's business. */
    private static CloseableHttpClient http(CoordinatorProperties properties, CoordinatorTls tls) {
        int most = properties.maxConcurrentCommits() + properties.maxConcurrentCalls();
        PoolingHttpClientConnectionManager connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setTlsSocketStrategy(tls.strategy())
                .setMaxConnPerRoute(most)
                .setMaxConnTotal(most * properties.urls().size())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(properties.connectTimeout()))
                        .setSocketTimeout(Timeout.of(properties.responseTimeout()))
                        .build())
                .build();
        tls.onUpdate(() -> connections.closeIdle(TimeValue.ZERO_MILLISECONDS));
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(Timeout.of(properties.connectTimeout()))
                        .setResponseTimeout(Timeout.of(properties.responseTimeout()))
                        .build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }

    @Bean
    @ConditionalOnMissingBean
    LateBranches assentLateBranches(
            ParticipantDatabase database,
            ParticipantProperties properties,
            ObjectProvider<PlatformTransactionManager> transactionManager,
            BranchService.Runtime runtime) {
        boolean jta = properties.resources() == ParticipantProperties.Resources.JTA;
        return new LateBranches(
                jta ? NO_LATE_JTA : SpringHeldTransaction.source(transactionManager::getIfAvailable),
                new LateBranches.Settings(database.maxOpen(), properties.late().maxIdle(), properties.lockTimeout()),
                runtime);
    }

    /** The first of all: see {@link LateBranchInterceptor}. */
    @Bean
    WebMvcConfigurer assentLateBranchConfigurer(LateBranches late, ParticipantProperties properties) {
        LateBranchInterceptor interceptor = new LateBranchInterceptor(late, properties.prepare());
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(interceptor).order(Ordered.HIGHEST_PRECEDENCE);
            }
        };
    }

    @Bean
    BranchService assentBranchService(
            ParticipantProperties properties,
            ParticipantUrl url,
            BranchResource resource,
            LateBranches late,
            HeldCallbacks callbacks,
            BranchService.Runtime runtime,
            ObjectProvider<Tracing> tracing) {
        return new BranchService(
                properties.participantName(),
                url,
                resource,
                late,
                callbacks,
                properties.prepareWait(),
                runtime,
                tracing.getIfAvailable(() -> Tracing.NONE));
    }

    @Bean
    BranchPreparer assentBranchPreparer(
            ParticipantProperties properties,
            ParticipantUrl url,
            BranchResource resource,
            CoordinatorClient coordinator) {
        return new BranchPreparer(
                resource,
                coordinator,
                context -> new BranchVote(
                        context.branch(), properties.participantName(), url.get(), Vote.PENDING, context.ref()),
                properties.lockTimeout(),
                properties.secondCallLockTimeout());
    }

    @Bean
    Initiator assentInitiator(
            BranchService branches,
            CoordinatorClient coordinator,
            ParticipantDirectory directory,
            BranchService.Runtime runtime,
            ObjectProvider<WorkEnd> workEnd) {
        return new Initiator(branches, coordinator, directory, runtime, workEnd.getIfAvailable(() -> WorkEnd.NONE));
    }

    /** The least of what would be used up: connections, places for prepared transactions, threads for the orders. */
    @Bean
    @ConditionalOnMissingBean
    Admission assentAdmission(
            ObjectProvider<ParticipantDatabase> database,
            ParticipantProperties participant,
            TransactionProperties transactions,
            LateBranches late,
            BranchService.Runtime runtime,
            Environment environment) {
        ParticipantDatabase prepared = database.getIfAvailable();
        int half = RequestThreads.half(environment);
        int most = half;
        if (prepared != null) {
            most = Math.min(most, prepared.maxPrepared());
            if (prepared.poolSize() != null) {
                most = Math.min(most, WAITING_FOR_A_CONNECTION * prepared.poolSize());
            }
        }
        int maxConcurrent = transactions.maxConcurrent() != null ? transactions.maxConcurrent() : most;
        return new Admission(
                // Whoever waits keeps a request thread: a quarter of them is left to the orders.
                new Admission.Limits(
                        maxConcurrent,
                        Math.max(half / 2, half + half / 2 - maxConcurrent),
                        transactions.admissionWait(),
                        participant.admissionWait()),
                prepared == null
                        ? null
                        : new PreparedSlots(prepared.maxPrepared(), prepared::prepared, late::count, runtime.clock()),
                runtime.clock());
    }

    @Bean
    @ConditionalOnMissingBean(GlobalTransactionTemplate.class)
    GlobalTransactionRunner assentGlobalTransactionTemplate(
            Initiator initiator,
            Admission admission,
            ObjectProvider<PlatformTransactionManager> transactionManager,
            TransactionProperties properties) {
        // Looked up once: by type that takes longer than the rest of a transaction's begin.
        return new GlobalTransactionRunner(
                initiator,
                admission,
                SingletonSupplier.ofNullable(transactionManager::getIfAvailable),
                properties.defaultTimeout());
    }

    @Bean
    ParticipantThreads assentParticipantThreads(ParticipantProperties properties) {
        return new ParticipantThreads(properties.completionPoolSize());
    }

    @Bean
    Inquiries assentInquiries(CoordinatorClient coordinator, BranchService.Runtime runtime) {
        return new Inquiries(coordinator, runtime.clock());
    }

    @Bean
    InDoubtResolver assentInDoubtResolver(
            BranchResource resource,
            BranchService branches,
            Inquiries inquiries,
            ParticipantThreads threads,
            ParticipantProperties properties) {
        return new InDoubtResolver(
                resource,
                branches,
                inquiries,
                threads,
                new InDoubtResolver.Settings(
                        properties.sweep().interval(),
                        properties.sweep().minAge(),
                        properties.sweep().batch(),
                        properties.markerRetention(),
                        properties.markerBatch()));
    }

    @Bean
    SweepLifecycle assentSweepLifecycle(InDoubtResolver resolver, LateBranches late, ParticipantThreads threads) {
        return new SweepLifecycle(resolver, late, threads);
    }

    @Bean
    RouterFunction<ServerResponse> assentParticipantEndpoints(
            BranchService branches, ParticipantThreads threads, ParticipantProperties properties, MessageGuard guard) {
        return new ParticipantEndpoints(branches, threads.decisions(), guard).routes(properties.path());
    }

    @Bean
    MessageGuard assentMessageGuard(
            ParticipantProperties properties,
            SignatureProperties signature,
            Environment environment,
            ObjectProvider<SslBundles> bundles) {
        List<SigningKey> keys = signature.signingKeys();
        Set<CertificateName> coordinators = properties.coordinatorNames();
        if (!coordinators.isEmpty()) {
            ServerTls.check(environment, bundles.getIfAvailable());
        }
        return new MessageGuard(
                coordinators,
                keys.isEmpty()
                        ? null
                        : new RequestVerifier(keys, signature.window(), signature.maxNonces(), InstantSource.system()));
    }

    @Bean
    FilterRegistrationBean<BranchFilter> assentBranchFilter(
            BranchService branches,
            Admission admission,
            CoordinatorClient coordinator,
            ParticipantDirectory directory,
            ParticipantProperties properties,
            ObjectProvider<WorkEnd> workEnd) {
        CallEnd end = new CallEnd(branches, coordinator, workEnd.getIfAvailable(() -> WorkEnd.NONE));
        FilterRegistrationBean<BranchFilter> registration =
                new FilterRegistrationBean<>(new BranchFilter(branches, admission, end, directory, properties.path()));
        registration.setOrder(BranchFilter.ORDER);
        return registration;
    }

    @Bean
    FilterRegistrationBean<MessageFilter> assentMessageFilter(ParticipantProperties properties) {
        FilterRegistrationBean<MessageFilter> registration =
                new FilterRegistrationBean<>(new MessageFilter(properties.path()));
        registration.addUrlPatterns(properties.path() + "/*");
        registration.setOrder(MessageFilter.ORDER);
        return registration;
    }

    @Bean
    FilterRegistrationBean<MessageErrorFilter> assentMessageErrorFilter(ParticipantProperties properties) {
        FilterRegistrationBean<MessageErrorFilter> registration =
                new FilterRegistrationBean<>(new MessageErrorFilter(properties.path()));
        registration.setDispatcherTypes(DispatcherType.ERROR);
        registration.setOrder(MessageFilter.ORDER);
        return registration;
    }

    @Bean
    FailureNote assentFailureNote() {
        return new FailureNote();
    }

    @Bean
    Propagation assentPropagation(PropagationProperties properties) {
        return new Propagation(properties.includedHosts(), properties.excludedHosts(), properties.direct());
    }

    @Bean
    PropagatingRequestInterceptor assentPropagatingRequestInterceptor(Propagation propagation) {
        return new PropagatingRequestInterceptor(propagation);
    }

    @Bean
    RestClientCustomizer assentRestClientCustomizer(PropagatingRequestInterceptor interceptor) {
        return builder -> builder.requestInterceptor(interceptor);
    }

    @Bean
    RestTemplateCustomizer assentRestTemplateCustomizer(PropagatingRequestInterceptor interceptor) {
        return template -> template.getInterceptors().add(interceptor);
    }
}
