package io.assent.benchmarks.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** All kinds, in the order of the table. */
final class Kinds {

    /** What all others are compared with. */
    static final Kind FLOOR = new LocalCommit();

    static final List<Kind> ALL = List.of(
            FLOOR,
            new EmptyTransaction(),
            new EarlyPrepare(),
            new EarlyCollected(),
            new LatePrepare(),
            new JtaDatabases(),
            new JtaBroker(),
            new TryConfirmCancel(),
            new OwnLog(),
            new NodeLocal(),
            new NodeParticipant());

    private Kinds() {}

    /**
     * Those of these names in the order of the table, and the floor; no names: all.
     *
     * @throws IllegalArgumentException if there is none of a name; the message lists those that there are
     */
    static List<Kind> named(List<String> names) {
        if (names.isEmpty()) {
            return ALL;
        }
        for (String name : names) {
            if (find(name).isEmpty()) {
                throw new IllegalArgumentException("There is no kind '" + name + "'; there are "
                        + ALL.stream().map(Kind::name).collect(Collectors.joining(", ")) + ".");
            }
        }
        List<Kind> chosen = new ArrayList<>(ALL);
        chosen.removeIf(kind -> kind != FLOOR && !names.contains(kind.name()));
        return List.copyOf(chosen);
    }

    private static Optional<Kind> find(String name) {
        return ALL.stream().filter(kind -> kind.name().equals(name)).findFirst();
    }
}
