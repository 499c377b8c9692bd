package io.assent.benchmarks.checkout;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** All systems, in the order of the table. */
final class CheckoutSystems {

    static final List<CheckoutSystem> ALL = List.of(
            new FloorSystem(),
            AssentSystem.answersAfterCompletion(),
            AssentSystem.answersAfterDecision(),
            SeataSystem.xa(),
            SeataSystem.at(),
            new RestAtSystem(),
            new InsertSystem(),
            new CoordinatorSystem());

    private CheckoutSystems() {}

    /**
     * Those of these names and their floors, in the order of the table.
     *
     * @throws IllegalArgumentException if there is none of a name; the message lists those that there are
     */
    static List<CheckoutSystem> named(List<String> names) {
        Set<String> all = new LinkedHashSet<>();
        for (String name : names) {
            CheckoutSystem system = ALL.stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("There is no system '" + name + "'; there are "
                            + ALL.stream().map(CheckoutSystem::name).collect(Collectors.joining(", ")) + "."));
            all.add(system.floor());
            all.add(name);
        }
        List<CheckoutSystem> chosen = new ArrayList<>(ALL);
        chosen.removeIf(system -> !all.contains(system.name()));
        return List.copyOf(chosen);
    }
}
