package io.assent.chaos.bank;

import io.assent.chaos.bank.Plan.Entry;
import io.assent.chaos.bank.Plan.Kind;
import io.assent.chaos.bank.Plan.Leg;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Transfers of every shape between random accounts: one to five branches, one to three banks, refused for lack of money or
 * on purpose, led by a bank or by the client. Each client's sequence depends on seed and number alone.
 */
final class RandomPlans implements Plans {

    private static final int ACCOUNTS = 200;
    private static final long OPENING = 10_000;
    private static final int MAX_AMOUNT = 100;

    private final List<String> banks;
    private final List<String> initiators;
    private final long seed;
    private final Map<Integer, Random> randoms = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> counters = new ConcurrentHashMap<>();

    /** @param banks at least two, each of which begins transfers */
    RandomPlans(List<String> banks, long seed) {
        this(banks, banks, seed);
    }

    /**
     * @param banks at least two
     * @param initiators those of them that begin transfers, at least one
     */
    RandomPlans(List<String> banks, List<String> initiators, long seed) {
        this.banks = List.copyOf(banks);
        this.initiators = List.copyOf(initiators);
        this.seed = seed;
    }

    @Override
    public Map<String, Map<String, Long>> accounts() {
        Map<String, Map<String, Long>> all = new LinkedHashMap<>();
        for (String bank : banks) {
            Map<String, Long> accounts = new LinkedHashMap<>();
            for (int i = 1; i <= ACCOUNTS; i++) {
                accounts.put("a" + i, OPENING);
            }
            all.put(bank, accounts);
        }
        return all;
    }

    @Override
    public Plan next(int client) {
        Random random = randoms.computeIfAbsent(client, number -> new Random(seed * 1_000_003 + number));
        int number = counters.merge(client, 1, Integer::sum);
        String id = "c" + client + "-" + number;
        String bank = one(banks, random);
        int dice = random.nextInt(100);
        if (dice < 6) {
            return new Plan(id, Kind.READ, bank, List.of());
        }
        if (dice < 16) {
            return new Plan(
                    id, Kind.ENLISTED, bank, spread(random, bank, 2 + random.nextInt(2), amount(random), false));
        }
        if (dice < 18) {
            return new Plan(id, Kind.ABANDONED, bank, spread(random, bank, 2, amount(random), false));
        }
        String initiator = initiators.contains(bank) ? bank : one(initiators, random);
        return new Plan(id, Kind.TRANSFER, initiator, legs(random, initiator, dice));
    }

    private List<Leg> legs(Random random, String bank, int dice) {
        long amount = amount(random);
        if (dice < 28) {
            // One branch: here, or at one other bank only.
            return List.of(within(random, dice < 24 ? bank : other(random, bank), amount));
        }
        if (dice < 34) {
            return spread(random, bank, 5, amount, false);
        }
        if (dice < 40) {
            return spread(random, bank, 2, OPENING * ACCOUNTS, false);
        }
        if (dice < 47) {
            return spread(random, bank, 2 + random.nextInt(2), amount, true);
        }
        return spread(random, bank, dice < 85 ? 2 : 3, amount, false);
    }

    private static Leg within(Random random, String bank, long amount) {
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        return new Leg(bank, List.of(new Entry("a" + (from + 1), -amount), new Entry("a" + (to + 1), amount)), false);
    }

    /** From an account of one bank to accounts of others, as many branches as wanted. */
    private List<Leg> spread(Random random, String bank, int branches, long amount, boolean poisoned) {
        Set<String> taken = new HashSet<>();
        List<Leg> legs = new ArrayList<>();
        legs.add(new Leg(bank, List.of(new Entry(account(random, bank, taken), -amount * (branches - 1))), false));
        String last = bank;
        for (int i = 1; i < branches; i++) {
            String to = other(random, branches == 3 && i == 2 ? last : bank);
            if (to.equals(bank)) {
                to = other(random, bank);
            }
            last = to;
            legs.add(
                    new Leg(to, List.of(new Entry(account(random, to, taken), amount)), poisoned && i == branches - 1));
        }
        return legs;
    }

    private static String account(Random random, String bank, Set<String> taken) {
        String account;
        do {
            // A few accounts are wanted by many.
            account = "a" + (1 + random.nextInt(random.nextInt(5) == 0 ? 10 : ACCOUNTS));
        } while (!taken.add(bank + " " + account));
        return account;
    }

    private String other(Random random, String bank) {
        List<String> others = banks.stream().filter(one -> !one.equals(bank)).toList();
        return one(others, random);
    }

    private static long amount(Random random) {
        return 1 + random.nextInt(MAX_AMOUNT);
    }

    private static <T> T one(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
