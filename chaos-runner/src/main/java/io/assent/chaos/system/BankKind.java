package io.assent.chaos.system;

import java.util.Optional;

/** How a bank takes part in transactions (docs/kinds.md). */
public enum BankKind {
    /** One PostgreSQL database, prepared with the call. */
    EARLY,
    /** One PostgreSQL database, prepared when its vote is asked for. */
    LATE,
    /** Two PostgreSQL databases in one branch: in the second one, named by {@code copy}, are the entries once more. */
    JTA,
    /** Entries in a PostgreSQL database, balances in another one that takes no part and is reserved in: the {@code vault}. */
    TCC;

    /** Whether transfers can be begun there. */
    public boolean initiates() {
        return true;
    }

    /** What its second database is for, also the end of its name; empty: it has none. */
    public Optional<String> further() {
        return switch (this) {
            case JTA -> Optional.of("copy");
            case TCC -> Optional.of("vault");
            default -> Optional.empty();
        };
    }

    /** The metric that counts its connections in use. */
    public String connections() {
        return this == JTA ? "bank.connections.active" : ServiceNode.HIKARI_CONNECTIONS;
    }
}
