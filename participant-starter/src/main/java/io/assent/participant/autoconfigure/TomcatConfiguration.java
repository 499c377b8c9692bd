package io.assent.participant.autoconfigure;

import io.assent.participant.web.MessageErrorValve;
import io.assent.protocol.header.BranchesHeader;
import java.util.Arrays;
import org.apache.catalina.Host;
import org.apache.catalina.Lifecycle;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What Tomcat does otherwise than messages between services need it. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({TomcatServletWebServerFactory.class, AbstractHttp11Protocol.class})
class TomcatConfiguration {

    private static final int OTHER_HEADERS = 8 * 1024;

    /** The votes of as many branches as one response may carry do not fit into the 8 KB that Tomcat allows for its headers. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> assentTomcatCustomizer() {
        return factory -> factory.addConnectorCustomizers(connector -> {
            if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> protocol) {
                protocol.setMaxHttpResponseHeaderSize(
                        Math.max(protocol.getMaxHttpResponseHeaderSize(), BranchesHeader.MAX_LENGTH + OTHER_HEADERS));
            }
        });
    }

    /**
     * Refusals of messages that never reach a filter. The valve is added when the context starts: then the host has those that
     * write pages, whoever has chosen them, and this one stands behind them.
     */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> assentMessageErrors(ParticipantProperties properties) {
        return factory -> factory.addContextCustomizers(context -> context.addLifecycleListener(event -> {
            if (event.getType().equals(Lifecycle.BEFORE_START_EVENT)
                    && context.getParent() instanceof Host host
                    && Arrays.stream(host.getPipeline().getValves()).noneMatch(MessageErrorValve.class::isInstance)) {
                host.getPipeline().addValve(new MessageErrorValve(context.getPath() + properties.path()));
            }
        }));
    }
}
