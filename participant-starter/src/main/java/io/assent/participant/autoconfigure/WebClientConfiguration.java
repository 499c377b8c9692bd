package io.assent.participant.autoconfigure;

import io.assent.participant.client.PropagatingExchangeFilter;
import io.assent.participant.client.Propagation;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;

/** Propagation through every WebClient.Builder bean, Boot's and the application's; only where WebClient is there. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(WebClient.class)
class WebClientConfiguration {

    @Bean
    PropagatingExchangeFilter assentPropagatingExchangeFilter(Propagation propagation) {
        return new PropagatingExchangeFilter(propagation);
    }

    @Bean
    static BeanPostProcessor assentWebClientPostProcessor(ObjectProvider<PropagatingExchangeFilter> filter) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String beanName) {
                return bean instanceof WebClient.Builder builder ? builder.filter(filter.getObject()) : bean;
            }
        };
    }
}
