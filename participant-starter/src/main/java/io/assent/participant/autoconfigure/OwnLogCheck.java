package io.assent.participant.autoconfigure;

import io.assent.participant.TwoPhaseParticipant;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * The beans of type {@link TwoPhaseParticipant} and {@code assent.participant.resources} have to say the same: a log that takes
 * no part would look as if it did. Before any bean is made: others would fail with less clear words.
 */
@Configuration(proxyBeanMethods = false)
class OwnLogCheck {

    @Bean
    static BeanFactoryPostProcessor assentOwnLogCheck(Environment environment) {
        return beanFactory -> {
            String[] names = beanFactory.getBeanNamesForType(TwoPhaseParticipant.class, true, false);
            boolean own = "own".equalsIgnoreCase(environment.getProperty(ParticipantAutoConfiguration.RESOURCES));
            if (own && names.length != 1) {
                throw new ParticipantStartException(
                        "assent.participant.resources=own needs exactly one bean of type TwoPhaseParticipant, and there are "
                                + names.length + (names.length == 0 ? "." : ": " + String.join(", ", names) + "."),
                        "Declare the bean that keeps this service's log, see docs/own-log.md, or set"
                                + " assent.participant.resources=postgres.");
            }
            if (!own && names.length > 0) {
                throw new ParticipantStartException(
                        "The bean " + names[0]
                                + " is a TwoPhaseParticipant, and assent.participant.resources is not own: it"
                                + " would take no part.",
                        "Set assent.participant.resources=own, or remove the bean.");
            }
        };
    }
}
