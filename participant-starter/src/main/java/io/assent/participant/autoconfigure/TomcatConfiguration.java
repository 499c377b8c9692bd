package io.assent.participant.autoconfigure;

import io.assent.protocol.header.BranchesHeader;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The votes of as many branches as one response may carry do not fit into the 8 KB that Tomcat allows for its headers. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({TomcatServletWebServerFactory.class, AbstractHttp11Protocol.class})
class TomcatConfiguration {

    private static final int OTHER_HEADERS = 8 * 1024;

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> assentTomcatCustomizer() {
        return factory -> factory.addConnectorCustomizers(connector -> {
            if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> protocol) {
                protocol.setMaxHttpResponseHeaderSize(
                        Math.max(protocol.getMaxHttpResponseHeaderSize(), BranchesHeader.MAX_LENGTH + OTHER_HEADERS));
            }
        });
    }
}
