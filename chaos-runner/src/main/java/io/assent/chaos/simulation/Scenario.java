package io.assent.chaos.simulation;

import io.assent.chaos.simulation.Plan.Behaviour;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One transaction, as the seed wants it.
 *
 * @param own the initiator's own work, or null; collected flow only
 * @param calls the calls it makes, with those below them
 * @param end how it ends
 * @param timeout to its deadline
 * @param patience how long an answer may wait for completion
 * @param clean nothing fails in this run and nobody says no: it has to commit
 */
record Scenario(
        @Nullable Plan own, List<Plan> calls, Checkout.End end, Duration timeout, Duration patience, boolean clean) {

    Shape shape() {
        return new Shape(
                calls.stream().allMatch(Plan::saysYes),
                Shape.Size.of(calls.stream().mapToInt(Plan::size).sum()));
    }

    /** A call before it is known where it stands. */
    private static final class Draft {
        final Service service;
        final Behaviour behaviour;
        final String account;
        final Duration think;
        long amount;
        final List<Draft> nested = new ArrayList<>();

        Draft(Service service, Behaviour behaviour, String account, Duration think) {
            this.service = service;
            this.behaviour = behaviour;
            this.account = account;
            this.think = think;
        }

        Plan plan() {
            return new Plan(
                    service,
                    behaviour,
                    account,
                    amount,
                    think,
                    nested.stream().map(Draft::plan).toList());
        }
    }

    static Scenario random(
            World world, int number, Service shop, List<Service> services, boolean clean, boolean collected) {
        boolean allYes = clean || world.chance(0.6);
        int size = world.chance(0.6) ? world.between(1, 2) : world.between(3, 5);
        int no = allYes ? -1 : world.aboutVotes() ? size - 1 : world.between(0, size - 1);
        List<Draft> all = new ArrayList<>();
        List<Draft> top = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Behaviour behaviour = i == no
                    ? (world.aboutVotes()
                            ? Behaviour.UNPREPARABLE
                            : world.any(List.of(Behaviour.FAIL, Behaviour.SWALLOW, Behaviour.UNPREPARABLE)))
                    : world.chance(0.1) ? (world.chance(0.5) ? Behaviour.READ : Behaviour.NOTHING) : Behaviour.WRITE;
            // Without faults nobody waits for anybody's rows.
            String account = clean ? "account-" + number + "-" + i : "account-" + world.between(0, 3);
            Duration think = !clean && world.chance(0.2) ? Duration.ofMillis(world.between(10, 1_500)) : Duration.ZERO;
            Draft draft = new Draft(world.any(services), behaviour, account, think);
            if (i > 0 && i != no && world.chance(0.25)) {
                world.any(all).nested.add(draft);
            } else {
                top.add(draft);
            }
            all.add(draft);
        }
        Draft own = collected && world.chance(0.5)
                ? new Draft(shop, Behaviour.WRITE, "account-" + number + "-own", Duration.ZERO)
                : null;
        List<Draft> writing = new ArrayList<>(
                all.stream().filter(draft -> draft.behaviour.writes()).toList());
        if (own != null) {
            writing.add(own);
        }
        Checkout.End end = clean || world.chance(0.55)
                ? Checkout.End.COMMIT
                : Checkout.End.values()[world.between(1, Checkout.End.values().length - 1)];
        // Who asks for the commit of a part gets it: then no sum can be asked for.
        for (int i = 1; i < writing.size() && end != Checkout.End.COMMIT_WITH_OTHER_SET_TOO; i++) {
            long amount = world.between(1, 50);
            writing.get(0).amount -= amount;
            writing.get(i).amount = amount;
        }
        return new Scenario(
                own == null ? null : own.plan(),
                top.stream().map(Draft::plan).toList(),
                end,
                Duration.ofMillis(world.between(clean ? 6_000 : 1_000, 8_000)),
                world.chance(0.3) ? Duration.ZERO : Duration.ofMillis(world.between(50, 1_000)),
                clean);
    }
}
