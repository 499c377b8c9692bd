package io.assent.chaos.points;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.chaos.proxy.Direction;
import io.assent.chaos.proxy.Protocol;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the runs consist of, and what their reports and commands look like; nothing is started. */
class CasesTests {

    @Test
    void every_point_has_a_name_of_its_own_and_exists_somewhere() {
        assertThat(CrashPoint.all()).extracting(CrashPoint::name).doesNotHaveDuplicates();
        assertThat(CrashPoint.all())
                .allSatisfy(point -> assertThat(point.shapes()).isNotEmpty());
    }

    @Test
    void the_selection_for_the_build_has_every_point_vote_number_and_kind() {
        List<Case> cases = PointCases.eachPointOnce();

        assertThat(cases).hasSameSizeAs(CrashPoint.all());
        assertThat(cases).extracting(one -> one.shape().votes()).contains(Votes.values());
        assertThat(cases).extracting(one -> one.shape().branches()).contains(1, 2, 5);
        assertThat(cases).extracting(one -> one.shape().flow()).contains(Flow.values());
        assertThat(cases).filteredOn(one -> one.name().endsWith("KILL")).hasSizeGreaterThan(10);
        assertThat(cases).filteredOn(one -> one.name().endsWith("PAUSE")).hasSizeGreaterThan(10);
    }

    @Test
    void every_case_of_the_matrix_has_a_name_of_its_own() {
        assertThat(PointCases.all())
                .extracting(Case::name)
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(200);
        assertThat(MessageCases.all())
                .extracting(Case::name)
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(200);
    }

    @Test
    void the_selection_of_message_faults_has_every_kind_and_every_pair() {
        List<Case> cases = MessageCases.selection();

        assertThat(cases)
                .extracting(one -> one.name().split(" ")[2])
                .containsExactlyInAnyOrder(
                        Arrays.stream(FaultKind.values()).map(Enum::name).toArray(String[]::new));
        assertThat(cases.stream().map(one -> one.name().split(" ")[0]).collect(Collectors.toSet()))
                .isEqualTo(FaultyMessage.all().stream().map(FaultyMessage::pair).collect(Collectors.toSet()));
    }

    @Test
    void only_requests_over_http_are_repeated() {
        assertThat(FaultyMessage.all())
                .allSatisfy(message -> assertThat(FaultKind.DOUBLED.fits(message))
                        .isEqualTo(message.protocol() == Protocol.HTTP && message.direction() == Direction.REQUEST));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void the_amounts_of_a_transfer_add_up_to_zero(int branches) {
        for (Flow flow : Flow.values()) {
            List<Shape.Leg> legs = new Shape(flow, Votes.ONE_NO, branches).legs("t");
            assertThat(legs).hasSize(branches);
            assertThat(legs.stream()
                            .flatMap(leg -> leg.entries().stream())
                            .mapToLong(Shape.Entry::amount)
                            .sum())
                    .isZero();
            assertThat(legs).filteredOn(Shape.Leg::refuse).containsExactly(legs.get(branches - 1));
        }
    }

    @Test
    void a_report_ends_with_the_number_of_violations_and_says_how_to_repeat_them() {
        Case ran = PointCases.all().get(0);
        Answer answer = new Answer(Answer.Claim.COMMITTED, "200");
        CaseResult good = new CaseResult(ran, answer, Duration.ofMillis(5), Duration.ofMillis(9), List.of());
        CaseResult bad = new CaseResult(ran, answer, Duration.ofMillis(7), Duration.ofMillis(9), List.of("split"));
        StringWriter out = new StringWriter();

        new Report(List.of(good, bad), List.of("money"), 3, Duration.ofSeconds(1)).print(new PrintWriter(out));

        assertThat(out.toString().lines())
                .contains(ran.name() + ": split. Repeat with: " + ran.repeat(), "money")
                .endsWith("violations: 2");
        assertThat(out.toString()).contains("from the fault to the end: p50 5 ms, p99 7 ms, longest 7 ms");
    }

    @Test
    void what_a_report_repeats_is_understood_by_the_command() {
        assertThat(execute(new PointsCommand(), "--point", "no-such-point")).contains("There is no point");
        assertThat(execute(new MessagesCommand(), "--message", "no-such-message"))
                .contains("There is no message");
        assertThat(execute(new MessagesCommand(), "--message", "vote", "--fault", "DOUBLED"))
                .contains("cannot happen");
        assertThat(execute(new PointsCommand(), "--point", "initiator-between-branches", "--branches", "1"))
                .contains("does not exist");
    }

    @ParameterizedTest
    @EnumSource(FaultKind.class)
    void every_kind_of_fault_has_an_action(FaultKind kind) {
        assertThat(kind.action()).isNotNull();
    }

    private static String execute(Object command, String... arguments) {
        StringWriter err = new StringWriter();
        int code = new CommandLine(command).setErr(new PrintWriter(err)).execute(arguments);
        assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
        return err.toString();
    }
}
