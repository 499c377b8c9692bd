package io.assent.coordinator.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Goal: the picture in the documents shows what the code does. Method: it is drawn from the table of transitions and
 * compared with the committed file; {@code -Dassent.update-docs=true} rewrites the file.
 */
class StateMachineDocumentTests {

    private static final Path FILE = Path.of("..", "docs", "state-machine.md");

    @Test
    void the_committed_picture_is_the_one_that_the_table_draws() throws IOException {
        String drawn = draw();
        if (Boolean.getBoolean("assent.update-docs")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, drawn);
        }
        assertThat(FILE)
                .as("rewrite it with: ./mvnw -pl coordinator-service -am test -Dtest=StateMachineDocumentTests"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dassent.update-docs=true")
                .exists()
                .hasContent(drawn);
    }

    private static String draw() {
        StringBuilder text = new StringBuilder("""
                # One transaction, as one coordinator instance sees it

                Drawn from `TransitionTable` by `StateMachineDocumentTests`, which fails when this file and the table differ.
                An event that is not listed for a phase changes nothing there: messages are late and doubled all the time.
                Whatever an instance forgets is found again in the decision log, so every instance starts from ACTIVE.

                ```mermaid
                stateDiagram-v2
                    [*] --> ACTIVE
                """);
        for (TransactionPhase from : TransactionPhase.values()) {
            Map<TransactionPhase, TreeSet<String>> arrows = new TreeMap<>();
            for (TransactionEvent event : TransactionEvent.values()) {
                TransitionTable.next(from, event)
                        .forEach(to -> arrows.computeIfAbsent(to, any -> new TreeSet<>())
                                .add(words(event)));
            }
            arrows.forEach((to, events) -> text.append("    %s --> %s : %s%n"
                    .formatted(from, to, String.join(" / ", events))
                    .replace(System.lineSeparator(), "\n")));
        }
        text.append("    COMPLETED --> [*]\n```\n\n| phase | event | next |\n|---|---|---|\n");
        for (TransactionPhase from : TransactionPhase.values()) {
            for (TransactionEvent event : TransactionEvent.values()) {
                var next = TransitionTable.next(from, event);
                if (!next.isEmpty()) {
                    text.append("| ")
                            .append(from)
                            .append(" | ")
                            .append(words(event))
                            .append(" | ");
                    text.append(String.join(", ", next.stream().map(Enum::name).toList()));
                    text.append(" |\n");
                }
            }
        }
        return text.toString();
    }

    private static String words(TransactionEvent event) {
        return event.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
