package io.assent.coordinator.security;

import io.assent.coordinator.operations.Audit;
import io.assent.coordinator.security.Permissions.Permission;
import io.assent.coordinator.security.SecuritySettings.Mode;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/** One chain for everything that this service serves; nothing is kept between two requests. */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
@EnableConfigurationProperties(SecuritySettings.class)
public class SecurityConfiguration {

    /** What is said of mode none wherever somebody looks. */
    public static final String OPEN_DOOR =
            "assent.security.mode is none: whoever reaches this service can decide every transaction and see all of them";

    /** What to do about it. */
    public static final String REMEDY =
            "Set assent.security.mode to keys, certificates or jwt; docs/security.md shows how";

    private static final Logger log = LoggerFactory.getLogger(SecurityConfiguration.class);
    private static final String JWT_PREFIX = "spring.security.oauth2.resourceserver.jwt.";

    /**
     * Who a caller is.
     *
     * @throws SecurityNotChosenException if it is not said how that is to be found out
     */
    @Bean
    AuthenticationManager callerAuthentication(
            SecuritySettings settings,
            ServiceCertificates certificates,
            ObjectProvider<JwtDecoder> decoder,
            ObjectProvider<SslBundles> bundles,
            Environment environment) {
        ServiceKeys keys = new ServiceKeys(settings.services());
        if (settings.mode() == null) {
            throw new SecurityNotChosenException(
                    "It is not said who may call this service: assent.security.mode is not set.",
                    "Set assent.security.mode to keys or certificates and list the services in"
                            + " assent.security.services, or to jwt. To try it out on a machine that nobody else reaches, write assent.security.mode=none.");
        }
        if (settings.mode() == Mode.KEYS && keys.isEmpty()) {
            throw new SecurityNotChosenException(
                    "assent.security.mode is keys, but there are none: nobody could call this service.",
                    "Make a key for each service: key=assent_$(openssl rand -hex 32). Give it to the service, and write"
                            + " here assent.security.services.<name>.keys=sha256:$(printf %s \"$key\" | sha256sum | cut -d' ' -f1).");
        }
        if (settings.mode() == Mode.CERTIFICATES && certificates.isEmpty()) {
            throw new SecurityNotChosenException(
                    "assent.security.mode is certificates, but there are none: nobody could call this service.",
                    "Write what the certificate of each service names, for instance"
                            + " assent.security.services.<name>.certificates=dns:order-service.shop.svc.");
        }
        if (settings.mode() != Mode.NONE && !certificates.isEmpty()) {
            ServerTls.check(environment, bundles.getIfAvailable());
        }
        if (settings.mode() == Mode.NONE) {
            log.warn("{}. {}.", OPEN_DOOR, REMEDY);
        }
        return new CallerAuthentication(
                keys, settings.mode() == Mode.JWT ? tokens(decoder.getIfAvailable(), environment) : null);
    }

    @Bean
    ServiceCertificates serviceCertificates(SecuritySettings settings) {
        return new ServiceCertificates(settings.services());
    }

    /** Tokens of any issuer, or for any audience, would let in callers of other services. */
    private static AuthenticationManager tokens(@Nullable JwtDecoder decoder, Environment environment) {
        boolean issuer = environment.containsProperty(JWT_PREFIX + "issuer-uri");
        boolean audience = environment.containsProperty(JWT_PREFIX + "audiences")
                || environment.containsProperty(JWT_PREFIX + "audiences[0]");
        if (decoder == null || !issuer || !audience) {
            throw new SecurityNotChosenException(
                    "assent.security.mode is jwt, but it is not said whose tokens are valid here.",
                    "Set " + JWT_PREFIX + "issuer-uri and " + JWT_PREFIX + "audiences.");
        }
        return new ProviderManager(new JwtAuthenticationProvider(decoder));
    }

    @Bean
    SecurityFilterChain everything(
            HttpSecurity http,
            AuthenticationManager callers,
            SecuritySettings settings,
            ServiceCertificates certificates,
            Audit audit,
            InstantSource clock,
            @Value("${assent.coordinator.web.retry-after:1s}") Duration retryAfter) {
        SecurityProblems problems = new SecurityProblems(
                retryAfter, new RefusedActs(audit, clock, settings.maxRefusedActs()), !certificates.isEmpty());
        http
                // Neither cookies nor anything else that a browser sends by itself, so no page can call in somebody's
                // name.
                .csrf(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .anonymous(AbstractHttpConfigurer::disable)
                // The console has its own, and stricter ones.
                .headers(AbstractHttpConfigurer::disable)
                .exceptionHandling(
                        answers -> answers.authenticationEntryPoint(problems).accessDeniedHandler(problems))
                .authorizeHttpRequests(requests -> {
                    // What they go on with was allowed when it came in.
                    requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                            .permitAll();
                    requests.requestMatchers(EndpointRequest.to(Permissions.OPEN_ENDPOINTS))
                            .permitAll();
                    requests.requestMatchers(EndpointRequest.toAdditionalPaths(WebServerNamespace.SERVER, "health"))
                            .permitAll();
                    requests.requestMatchers(HttpMethod.GET, Permissions.OPEN_PAGES)
                            .permitAll();
                    for (Permission permission : Permissions.OF_CALLS) {
                        requests.requestMatchers(permission.method(), permission.path())
                                .hasAnyAuthority(permission.authorities());
                    }
                    requests.anyRequest().hasAuthority(Scope.OPERATE.authority());
                });
        if (settings.mode() == Mode.NONE) {
            http.addFilterBefore(new Everybody(), AuthorizationFilter.class);
        } else {
            http.oauth2ResourceServer(server -> server.authenticationManagerResolver(request -> callers)
                    .authenticationEntryPoint(problems)
                    .accessDeniedHandler(problems));
            if (!certificates.isEmpty()) {
                http.addFilterBefore(new CertificateFilter(certificates), AuthorizationFilter.class);
            }
        }
        return http.build();
    }

    /** Strict about paths, as it is by default; methods that are not known are refused by the API, with the ones that are. */
    @Bean
    HttpFirewall firewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    /** A span and three timers for each filter of each request would cost more than they tell. */
    @Bean
    SecurityObservationSettings securityObservations() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    @ConditionalOnProperty(name = "assent.security.mode", havingValue = "none")
    OpenDoorHealthIndicator securityHealthIndicator() {
        return new OpenDoorHealthIndicator();
    }
}
