package io.assent.coordinator.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.assent.coordinator.engine.Admission;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.operations.Audit;
import io.assent.coordinator.security.SecuritySettings;
import io.assent.coordinator.security.SecuritySettings.EnlistToken;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.catalina.core.StandardHost;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.thread.Threading;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/** The REST API over a {@link Coordinator}, a {@link TransactionSearch} and {@link ApiLimits}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({WebSettings.class, CallerSettings.class})
@Import({
    TransactionController.class,
    InstanceController.class,
    ParticipantController.class,
    DoctorController.class,
    ParticipantsEndpoint.class,
    TransactionsEndpoint.class,
    LogEndpoint.class,
    DoctorEndpoint.class,
    InstanceEndpoint.class,
    LogController.class,
    ReconciliationController.class,
    ProblemAdvice.class,
    ProblemErrorController.class,
    ApiDocumentation.class
})
public class WebConfiguration {

    private static final Logger log = LoggerFactory.getLogger(WebConfiguration.class);

    @Bean
    Answers answers(WebSettings settings) {
        return new Answers(settings.retryAfter());
    }

    @Bean
    InquiryCounters inquiryCounters(MeterRegistry registry) {
        return new InquiryCounters(registry);
    }

    @Bean
    UndecidedCount undecidedCount(TransactionSearch search, CallerSettings settings) {
        return new UndecidedCount(search, settings, System::nanoTime);
    }

    /** @param threads that the server has where they are not virtual */
    @Bean
    CallerLimits callerLimits(
            CallerSettings settings,
            UndecidedCount undecided,
            InstantSource clock,
            MeterRegistry registry,
            Environment environment,
            @Value("${server.tomcat.threads.max:200}") int threads) {
        if (settings.maxBodies() >= threads && !Threading.VIRTUAL.isActive(environment)) {
            log.warn(
                    "assent.coordinator.callers.max-bodies is {} and server.tomcat.threads.max is {}: the slow bodies of one"
                            + " service can take all threads. Let it be less, or run on Java 21 or newer.",
                    settings.maxBodies(),
                    threads);
        }
        return new CallerLimits(settings, undecided, clock, registry);
    }

    @Bean
    Audited audited(Audit audit) {
        return new Audited(audit);
    }

    @Bean
    Requests requests(ApiLimits limits, SecuritySettings security) {
        return new Requests(limits.longestLifetime(), security.enlistToken() == EnlistToken.REQUIRED);
    }

    /** What there is not is left out, as in the messages between services. */
    @Bean
    JsonMapperBuilderCustomizer withoutNulls() {
        return builder ->
                builder.changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_NULL));
    }

    @Bean
    WebMvcConfigurer apiConfigurer(WebSettings settings, CallerLimits callers, Admission admission, Answers answers) {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new BodyArgumentResolver(settings, callers, System::nanoTime));
            }

            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new ApiInterceptor()).addPathPatterns(Paths.BASE, Paths.BASE + "/**");
                registry.addInterceptor(new CallerLimitsInterceptor(callers, answers))
                        .addPathPatterns(Paths.BASE + "/**");
                registry.addInterceptor(new AdmissionInterceptor(admission, answers))
                        .addPathPatterns(Paths.BASE + "/**");
            }
        };
    }

    /** Before the handlers that Spring brings, since one of them takes stages, too. */
    @Bean
    SmartInitializingSingleton laterAnswers(
            WebSettings settings,
            RequestMappingHandlerAdapter adapter,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver resolver) {
        return () -> {
            List<HandlerMethodReturnValueHandler> handlers =
                    new ArrayList<>(Objects.requireNonNull(adapter.getReturnValueHandlers()));
            handlers.add(0, new LaterAnswers(settings.requestTimeout(), handlers, resolver));
            adapter.setReturnValueHandlers(handlers);
        };
    }

    @Bean
    FilterRegistrationBean<LaterAnswers.Gate> laterAnswersGate() {
        FilterRegistrationBean<LaterAnswers.Gate> registration = new FilterRegistrationBean<>(new LaterAnswers.Gate());
        registration.addUrlPatterns(Paths.BASE + "/*");
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> unreadBodies(WebSettings settings) {
        return factory -> factory.addEngineValves(new UnreadBodyValve(settings, System::nanoTime));
    }

    /** Last, so that it replaces the valve that Spring Boot adds. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemReports() {
        return factory -> factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemReportValve.class.getName());
                for (var valve : host.getPipeline().getValves()) {
                    if (valve.getClass() == org.apache.catalina.valves.ErrorReportValve.class) {
                        host.getPipeline().removeValve(valve);
                    }
                }
            }
        });
    }
}
