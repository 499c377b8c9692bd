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
 * @param balances where they are: in a {@code table} beside the entries, in a {@code vault}, or with the entries in a {@code log}
 *     of the bank's own
 * @param store the vault's or the log's database
 */
@ConfigurationProperties("bank")
public record BankProperties(
        @DefaultValue Map<String, URI> peers,
        @DefaultValue("table") String balances,
        @DefaultValue Store store) {

    public BankProperties {
        peers = Map.copyOf(peers);
    }

    /**
     * A PostgreSQL database that the starter knows nothing of.
     *
     * @param url JDBC address; null: there is none
     */
    public record Store(
            @Nullable String url,
            @Nullable String username,
            @Nullable String password) {

        @Override
        public String toString() {
            return "Store[url=" + url + "]";
        }
    }
}
