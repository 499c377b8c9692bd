package io.assent.chaos.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.chaos.bank.FaultSchedule.Amount;
import io.assent.chaos.bank.FaultSchedule.Cut;
import io.assent.chaos.bank.FaultSchedule.Kind;
import io.assent.chaos.bank.FaultSchedule.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Goal: a schedule breaks as much as was asked for, everything in turn, and can be repeated. Method: all its steps. */
class FaultScheduleTests {

    private static final List<String> NODES = List.of("a", "b", "c", "d");
    private static final List<String> LINKS = List.of("a>b", "b>a", "a>c", "c>d", "client>a");
    private static final Duration LONGEST = Duration.ofSeconds(8);

    @Test
    void it_breaks_exactly_as_much_as_wanted() {
        List<Step> steps = steps(7);

        assertThat(count(steps, Kind.KILL)).isEqualTo(200);
        assertThat(count(steps, Kind.PAUSE)).isEqualTo(40);
        assertThat(count(steps, Kind.PARTITION)).isEqualTo(100);
    }

    @Test
    void it_cuts_every_link_in_every_way_and_one_process_off_from_all_others() {
        List<Step> cuts =
                steps(7).stream().filter(step -> step.kind() == Kind.PARTITION).toList();

        assertThat(cuts.stream().flatMap(step -> step.victims().stream()).distinct())
                .containsExactlyInAnyOrderElementsOf(LINKS);
        assertThat(cuts.stream().map(Step::cut).distinct()).containsExactlyInAnyOrder(Cut.values());
        assertThat(cuts).anyMatch(step -> step.victims().containsAll(List.of("a>b", "b>a", "a>c", "client>a")));
        assertThat(cuts).anyMatch(step -> step.victims().equals(List.of("c>d")));
    }

    @Test
    void it_disturbs_everything_and_up_to_three_at_once_and_never_one_twice_at_once() {
        List<Step> steps =
                steps(7).stream().filter(step -> step.kind() != Kind.PARTITION).toList();

        assertThat(steps.stream().flatMap(step -> step.victims().stream()).distinct())
                .containsExactlyInAnyOrderElementsOf(NODES);
        assertThat(steps)
                .anyMatch(step -> step.victims().size() == 3)
                .allMatch(step -> step.victims().size() <= 3);
        assertThat(steps)
                .allMatch(step -> step.victims().stream().distinct().count()
                        == step.victims().size());
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
        FaultSchedule schedule = new FaultSchedule(seed, NODES, LINKS, new Amount(200, 40, 100, LONGEST, 0.2));
        List<Step> steps = new ArrayList<>();
        for (Step step = schedule.next(); step != null; step = schedule.next()) {
            steps.add(step);
        }
        return steps;
    }

    private static long count(List<Step> steps, Kind kind) {
        return steps.stream()
                .filter(step -> step.kind() == kind)
                .mapToLong(Step::count)
                .sum();
    }
}
