package io.assent.bank;

import java.net.URI;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of a bank.
 *
 * @param peers the other banks: name and base address, such as {@code bank.peers.bank-2=http://127.0.0.1:8092}
 */
@ConfigurationProperties("bank")
public record BankProperties(@DefaultValue Map<String, URI> peers) {

    public BankProperties {
        peers = Map.copyOf(peers);
    }
}
