package io.assent.chaos.system;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
    TCC,
    /** One PostgreSQL database and a program in Node.js, prepared with the call. It begins no transfers. */
    NODE,
    /** A log of the bank's own: rows of a database that the starter knows nothing of, and in which nothing is prepared. */
    OWN;

    private static final String BANK_CONNECTIONS = "bank.connections.active";

    /** So many banks, of which the last ones, 0 to all, prepare late and all others early. */
    public static List<BankKind> withLate(int banks, int late) {
        if (late < 0 || late > banks) {
            throw new IllegalArgumentException("0 to " + banks + " banks that prepare late, not " + late);
        }
        List<BankKind> kinds = new ArrayList<>(Collections.nCopies(banks - late, EARLY));
        kinds.addAll(Collections.nCopies(late, LATE));
        return List.copyOf(kinds);
    }

    /** Whether transfers can be begun there. */
    public boolean initiates() {
        return this != NODE;
    }

    /** What its second database is for, also the end of its name; empty: it has none. */
    public Optional<String> further() {
        return switch (this) {
            case JTA -> Optional.of("copy");
            case TCC -> Optional.of("vault");
            default -> Optional.empty();
        };
    }

    /** Where it tells what it holds. */
    ServiceNode.Metrics metrics() {
        return switch (this) {
            case EARLY, LATE, TCC, OWN -> ServiceNode.Metrics.SPRING;
            // Agroal's pools are not among those that Spring Boot counts.
            case JTA -> new ServiceNode.Metrics(BANK_CONNECTIONS, ServiceNode.Metrics.SPRING.threads());
            case NODE -> new ServiceNode.Metrics(BANK_CONNECTIONS, "bank.handles");
        };
    }
}
