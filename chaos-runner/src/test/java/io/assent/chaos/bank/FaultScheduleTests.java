package io.assent.chaos.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.chaos.bank.FaultSchedule.Kind;
import io.assent.chaos.bank.FaultSchedule.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Goal: a schedule breaks as much as was asked for, everything in turn, and can be repeated. Method: all its steps. */
class FaultScheduleTests {

    private static final List<String> NODES = List.of("a", "b", "c", "d");
    private static final Duration LONGEST = Duration.ofSeconds(8);

    @Test
    void it_kills_and_pauses_exactly_as_many_processes_as_wanted() {
        List<Step> steps = steps(7);

        assertThat(count(steps, Kind.KILL)).isEqualTo(200);
        assertThat(count(steps, Kind.PAUSE)).isEqualTo(40);
    }

    @Test
    void it_breaks_everything_and_two_at_once_and_never_one_twice_at_once() {
        List<Step> steps = steps(7);

        assertThat(steps.stream().flatMap(step -> step.nodes().stream()).distinct())
                .containsExactlyInAnyOrderElementsOf(NODES);
        assertThat(steps).anyMatch(step -> step.nodes().size() == 2);
        assertThat(steps)
                .allMatch(step ->
                        step.nodes().stream().distinct().count() == step.nodes().size());
    }

    @Test
    void pauses_last_from_a_tenth_of_a_second_to_the_longest() {
        assertThat(steps(7))
                .filteredOn(step -> step.kind() == Kind.PAUSE)
                .allMatch(step -> step.hold().toMillis() >= 100 && step.hold().compareTo(LONGEST) <= 0)
                .anyMatch(step -> step.hold().compareTo(LONGEST.dividedBy(2)) > 0);
    }

    @Test
    void the_same_seed_gives_the_same_schedule_and_another_seed_another() {
        assertThat(steps(7)).isEqualTo(steps(7)).isNotEqualTo(steps(8));
    }

    private static List<Step> steps(long seed) {
        FaultSchedule schedule = new FaultSchedule(seed, NODES, 200, 40, LONGEST, 0.2);
        List<Step> steps = new ArrayList<>();
        for (Step step = schedule.next(); step != null; step = schedule.next()) {
            steps.add(step);
        }
        return steps;
    }

    private static long count(List<Step> steps, Kind kind) {
        return steps.stream()
                .filter(step -> step.kind() == kind)
                .mapToLong(step -> step.nodes().size())
                .sum();
    }
}
