package io.assent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.conformance.coordinator.CoordinatorConformance;
import io.assent.conformance.model.Bug;
import io.assent.conformance.participant.ParticipantConformance;
import io.assent.conformance.report.CaseResult;
import io.assent.conformance.support.Programs;
import io.assent.protocol.wire.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: the documents show the messages of the tests and the bugs that the kit finds. Method: what stands between marks is
 * made from the sources. With {@code -Dassent.update-docs=true} it is written, without it is compared.
 */
class DocumentationTests {

    private static final Pattern EXAMPLE =
            Pattern.compile("(<!-- example: (\\S+) -->\n```(?:json)?\n)(.*?)(```\n)", Pattern.DOTALL);
    private static final Pattern BUGS =
            Pattern.compile("(<!-- wrong-participants -->\n)(.*?)(<!-- /wrong-participants -->)", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"participants.md", "initiators.md"})
    void theDocumentShowsTheExamplesAndTheBugs(String name) throws IOException {
        Path file = Programs.repository().resolve("docs").resolve(name);
        String text = Files.readString(file);

        String made = BUGS.matcher(EXAMPLE.matcher(text).replaceAll(DocumentationTests::example))
                .replaceAll(match -> Matcher.quoteReplacement(match.group(1) + bugs() + match.group(3)));

        if (Boolean.getBoolean("assent.update-docs")) {
            Files.writeString(file, made);
        } else {
            assertThat(text).as("run this test with -Dassent.update-docs=true").isEqualTo(made);
        }
        assertThat(EXAMPLE.matcher(made).results()).as("examples").isNotEmpty();
    }

    @Test
    void everyBugIsForACaseOfTheCatalogueAndNoCaseHasTwoOfTheSameName() {
        List<String> cases =
                ParticipantConformance.catalogue().stream().map(CaseResult::id).toList();

        assertThat(cases)
                .doesNotHaveDuplicates()
                .containsAll(Arrays.stream(Bug.values()).map(Bug::noticedBy).toList());
        assertThat(CoordinatorConformance.catalogue().stream().map(CaseResult::id))
                .doesNotHaveDuplicates();
        assertThat(Bug.values()).hasSizeGreaterThanOrEqualTo(10);
    }

    private static String example(MatchResult match) {
        return Matcher.quoteReplacement(match.group(1) + Examples.text(match.group(2)) + match.group(4));
    }

    private static String bugs() {
        return Arrays.stream(Bug.values())
                .map(bug -> "| " + bug.description() + " | `" + bug.noticedBy() + "` |\n")
                .collect(Collectors.joining("", "| a participant that … | fails |\n|---|---|\n", ""));
    }
}
