package io.assent.bank;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of a bank.
 *
 * @param peers the other banks: name and base address, such as {@code bank.peers.bank-2=http://127.0.0.1:8092}
 * @param balances where they are: in a {@code table} beside the entries, or in a {@code vault}
 * @param vault the vault, if it is to be used
 */
@ConfigurationProperties("bank")
public record BankProperties(
        @DefaultValue Map<String, URI> peers,
        @DefaultValue("table") String balances,
        @DefaultValue Vault vault) {

    public BankProperties {
        peers = Map.copyOf(peers);
    }

    /**
     * A PostgreSQL database that takes no part in transactions: money is reserved there (Try-Confirm-Cancel). With
     * {@code spring.flyway.locations=classpath:db/reserving}.
     *
     * @param url JDBC address; null: there is none
     */
    public record Vault(
            @Nullable String url,
            @Nullable String username,
            @Nullable String password) {

        @Override
        public String toString() {
            return "Vault[url=" + url + "]";
        }
    }
}
