package io.assent.sample.payment.breakit;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("sample.break.enabled")
@EnableConfigurationProperties(BreakProperties.class)
class BreakConfiguration {

    @Bean
    ArmedFailure armedFailure() {
        return new ArmedFailure();
    }

    @Bean
    WebMvcConfigurer paymentFailures(ArmedFailure failure) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new PaymentFailureInterceptor(failure)).addPathPatterns("/api/payments");
            }
        };
    }

    @Bean
    FilterRegistrationBean<DecisionFailureFilter> decisionFailures(ArmedFailure failure, BreakProperties properties) {
        FilterRegistrationBean<DecisionFailureFilter> registration =
                new FilterRegistrationBean<>(new DecisionFailureFilter(failure, new Killer(properties)));
        registration.addUrlPatterns("/assent/v1/decisions");
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }
}
