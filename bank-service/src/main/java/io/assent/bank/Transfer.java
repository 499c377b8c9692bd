package io.assent.bank;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Money that changes accounts: all of it or none.
 *
 * @param id names the transfer; asked for again, it is not carried out again
 * @param timeoutMillis until the decision, 100 to 3,600,000; null: 10 s
 * @param legs 1 to 20, one branch each; their amounts add up to zero
 */
record Transfer(String id, @Nullable Long timeoutMillis, List<Leg> legs) {

    static final int MAX_LEGS = 20;
    private static final int MAX_ENTRIES = 20;
    private static final long MAX_AMOUNT = 1_000_000_000_000L;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:-]{1,100}");

    /**
     * What happens at one bank, in one branch.
     *
     * @param bank where
     * @param entries 1 to 20
     * @param refuse the bank is to refuse after having booked; null means no
     */
    record Leg(String bank, List<Entry> entries, @Nullable Boolean refuse) {

        Order order(String transfer) {
            return new Order(transfer, entries, refuse);
        }
    }

    /**
     * One leg as a bank is asked for it.
     *
     * @param transfer of which transfer
     */
    record Order(
            String transfer, List<Entry> entries, @Nullable Boolean refuse) {

        void check() {
            name("transfer", transfer);
            Transfer.check(entries);
        }
    }

    /**
     * A change of one account.
     *
     * @param amount added to the balance; not zero, at most 10^12 either way
     */
    record Entry(String account, long amount) {}

    /** @throws InvalidTransferException saying what is wrong */
    void check() {
        name("id", id);
        Duration timeout = timeout();
        require(
                timeout.toMillis() >= 100 && timeout.compareTo(Duration.ofHours(1)) <= 0,
                "timeoutMillis must be 100 to 3600000");
        require(legs != null && !legs.isEmpty() && legs.size() <= MAX_LEGS, "there must be 1 to " + MAX_LEGS + " legs");
        Set<String> touched = new HashSet<>();
        long sum = 0;
        for (Leg leg : legs) {
            require(leg != null, "a leg must not be null");
            name("bank", leg.bank());
            check(leg.entries());
            for (Entry entry : leg.entries()) {
                require(
                        touched.add(leg.bank() + " " + entry.account()),
                        "account " + entry.account() + " is named twice");
                sum += entry.amount();
            }
        }
        require(sum == 0, "the amounts must add up to zero, not to " + sum);
    }

    Duration timeout() {
        return timeoutMillis == null ? Duration.ofSeconds(10) : Duration.ofMillis(timeoutMillis);
    }

    private static void check(List<Entry> entries) {
        require(
                entries != null && !entries.isEmpty() && entries.size() <= MAX_ENTRIES,
                "there must be 1 to " + MAX_ENTRIES + " entries");
        for (Entry entry : entries) {
            require(entry != null, "an entry must not be null");
            name("account", entry.account());
            require(
                    entry.amount() != 0 && Math.abs(entry.amount()) <= MAX_AMOUNT,
                    "an amount must not be zero and at most " + MAX_AMOUNT);
        }
    }

    static void name(String what, @Nullable String name) {
        require(name != null && NAME.matcher(name).matches(), what + " must have the form " + NAME);
    }

    static void require(boolean condition, String message) {
        if (!condition) {
            throw new InvalidTransferException(message);
        }
    }
}
