package io.assent.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: the simulation finds the bugs that others had. Method: each is planted alone, and has to be found within a bounded
 * number of seeds; a simulation that finds none of them would prove nothing about the right system.
 * {@code -Dassent.update-docs=true} measures how many seeds it takes and writes the table of {@code docs/reliability.md}.
 */
class WrongTwinsTests {

    private static final int SEEDS = 5_000;
    private static final int REPETITIONS = 21;
    private static final String BEGIN = "<!-- twins: written by a test, see -Dassent.update-docs -->";
    private static final String END = "<!-- /twins -->";
    private static final Path DOCUMENT = Path.of(System.getProperty("assent.repository", ".."), "docs/reliability.md");

    /** What found it, and with which seed counted from 1. */
    private record Found(String invariant, int seeds, String message) {}

    static List<PlantedBug> planted() {
        return PlantedBug.all();
    }

    @ParameterizedTest
    @MethodSource("planted")
    void a_planted_bug_is_found(PlantedBug planted) {
        Found found = find(planted, 0);
        System.out.printf("wrong twin %s: seed %d: %s%n", planted, found.seeds() - 1, found.message());
        assertThat(planted.invariants()).contains(found.invariant());
    }

    @Test
    void every_planted_bug_is_in_the_document() throws IOException {
        if (Boolean.getBoolean("assent.update-docs")) {
            writeTable();
        }
        assertThat(table(Files.readString(DOCUMENT)))
                .as("run with -Dassent.update-docs=true to write the table anew")
                .contains(
                        PlantedBug.all().stream().map(bug -> "| " + bug + " |").toList());
    }

    private static void writeTable() throws IOException {
        StringBuilder table =
                new StringBuilder("| planted bug | caught by | median seeds | most seeds |\n|---|---|---:|---:|\n");
        for (PlantedBug bug : PlantedBug.all()) {
            List<Integer> seeds = new ArrayList<>();
            TreeSet<String> invariants = new TreeSet<>();
            for (int repetition = 0; repetition < REPETITIONS; repetition++) {
                Found found = find(bug, 1_000_000L * (repetition + 1));
                seeds.add(found.seeds());
                invariants.add(found.invariant());
            }
            seeds.sort(null);
            table.append("| %s | %s | %,d | %,d |%n"
                    .formatted(
                            bug,
                            String.join(", ", invariants),
                            seeds.get(REPETITIONS / 2),
                            seeds.get(REPETITIONS - 1)));
        }
        String text = Files.readString(DOCUMENT);
        Files.writeString(
                DOCUMENT,
                text.substring(0, text.indexOf(BEGIN) + BEGIN.length()) + "\n\n" + table + "\n"
                        + text.substring(text.indexOf(END)));
    }

    private static String table(String text) {
        assertThat(text).contains(BEGIN, END);
        return text.substring(text.indexOf(BEGIN), text.indexOf(END));
    }

    private static Found find(PlantedBug planted, long base) {
        Map<String, Integer> others = new LinkedHashMap<>();
        for (int i = 0; i < SEEDS; i++) {
            try {
                Simulation.run(base + i, planted.twin(), false);
            } catch (Violation violation) {
                String message = String.valueOf(violation.getMessage());
                String invariant = message.substring(0, message.indexOf(' '));
                if (planted.invariants().contains(invariant)) {
                    return new Found(invariant, i + 1, message);
                }
                others.merge(invariant, 1, Integer::sum);
            } catch (IllegalStateException noticed) {
                // The engine itself saw that a decision changed: the other half of a pair of assertions.
                assertThat(noticed).hasMessageContaining("A decision is written once");
                return new Found(planted.invariants().get(0), i + 1, String.valueOf(noticed.getMessage()));
            }
        }
        return fail(planted + " was not found within " + SEEDS + " seeds; other findings: "
                + others.entrySet().stream().map(Object::toString).collect(Collectors.joining(", ")));
    }
}
