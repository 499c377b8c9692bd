package io.assent.peers.seata;

import io.seata.integration.http.JakartaTransactionPropagationInterceptor;
import io.seata.rm.RMClient;
import io.seata.rm.datasource.DataSourceProxy;
import io.seata.rm.datasource.xa.DataSourceProxyXA;
import io.seata.tm.TMClient;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Makes a service a client of Seata's server: its {@code DataSource}, and the transaction id in the requests that arrive. */
@Configuration(proxyBeanMethods = false)
public class SeataClient {

    /** In {@code file.conf}. */
    private static final String GROUP = "shop";

    @Bean
    static BeanPostProcessor seataDataSource(
            @Value("${bench.seata.mode}") String mode, @Value("${spring.application.name}") String application) {
        TMClient.init(application, GROUP);
        RMClient.init(application, GROUP);
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (!(bean instanceof DataSource pool)) {
                    return bean;
                }
                return switch (mode) {
                    case "at" -> new DataSourceProxy(pool);
                    case "xa" -> new DataSourceProxyXA(pool);
                    default -> throw new IllegalArgumentException("bench.seata.mode is at or xa, not " + mode);
                };
            }
        };
    }

    @Bean
    WebMvcConfigurer seataPropagation() {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new JakartaTransactionPropagationInterceptor());
            }
        };
    }
}
