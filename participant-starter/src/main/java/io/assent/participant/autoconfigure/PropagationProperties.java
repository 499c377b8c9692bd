package io.assent.participant.autoconfigure;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which calls carry the transaction along. One that does and is answered without a vote rolls the transaction back.
 *
 * @param includedHosts patterns of host or host:port that take part, * for any characters; at most 100
 * @param excludedHosts patterns of those that do not, wins over included-hosts; at most 100
 * @param direct whether further calls to a service that holds a branch open (late prepare) go to the very process that holds it, by the host and port of its assent.participant.url
 */
@ConfigurationProperties("assent.propagation")
public record PropagationProperties(
        @DefaultValue("*") List<String> includedHosts,
        @DefaultValue List<String> excludedHosts,
        @DefaultValue("true") boolean direct) {

    public PropagationProperties {
        Checks.range("assent.propagation.included-hosts", includedHosts.size(), 0, 100);
        Checks.range("assent.propagation.excluded-hosts", excludedHosts.size(), 0, 100);
    }
}
