package io.assent.benchmarks.checkout;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** All systems, in the order of the table. */
final class CheckoutSystems {

    static final List<CheckoutSystem> ALL = List.of(
            FloorSystem.plain(),
            FloorSystem.with(Traced.asByDefault()),
            AssentSystem.answersAfterCompletion(),
            AssentSystem.answersAfterDecision(),
            AssentSystem.with(new Unchanged()),
            AssentSystem.with(new Unmeasured()),
            AssentSystem.with(Traced.asByDefault()),
            AssentSystem.with(Traced.all()),
            AssentSystem.with(new Secured()),
            SeataSystem.xa(),
            SeataSystem.at(),
            new RestAtSystem(),
            new InsertSystem(),
            new CoordinatorSystem());

    private CheckoutSystems() {}

    /**
     * Those of these names, their floors, and the floors of these, in the order of the table.
     *
     * @throws IllegalArgumentException if there is none of a name; the message lists those that there are
     */
    static List<CheckoutSystem> named(List<String> names) {
        Set<String> all = new LinkedHashSet<>();
        for (String name : names) {
            CheckoutSystem system = named(name);
            // One that is its own floor ends the chain.
            while (all.add(system.name())) {
                system = named(system.floor());
            }
        }
        List<CheckoutSystem> chosen = new ArrayList<>(ALL);
        chosen.removeIf(system -> !all.contains(system.name()));
        return List.copyOf(chosen);
    }

    private static CheckoutSystem named(String name) {
        return ALL.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no system '" + name + "'; there are "
                        + ALL.stream().map(CheckoutSystem::name).collect(Collectors.joining(", ")) + "."));
    }
}
