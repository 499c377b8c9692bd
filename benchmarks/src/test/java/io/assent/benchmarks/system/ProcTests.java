package io.assent.benchmarks.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Goal: the kernel's counters are read as they are meant. Method: lines as Linux writes them. */
class ProcTests {

    @Test
    void fieldsAreCountedAfterTheNameWhateverItHolds() {
        String stat = "4711 (a (odd) name) S 1 2 3 4 5 6 7 8 9 10 250 30 4 2 20 0 12 0 100 1000 10";

        assertThat(CpuMeter.ticks(stat, 11, 12)).isEqualTo(280);
        assertThat(CpuMeter.ticks(stat, 11, 12, 13, 14)).isEqualTo(286);
    }

    @Test
    void theCompilersOfThisProcessAreFoundAmongItsThreads() {
        CpuMeter self = CpuMeter.of(ProcessHandle.current().pid());

        assertThat(CpuMeter.isCompiler("4711 (C2 CompilerThre) S 1 2")).isTrue();
        assertThat(CpuMeter.isCompiler("4711 (java) S 1 2")).isFalse();
        assertThat(self.compilerMillis()).isPositive().isLessThan(self.millis());
    }

    @Test
    void stealAndWorkAreTakenFromAllOfTheTime() {
        MachineClock clock = MachineClock.parse("cpu  100 0 50 800 20 5 5 20 7 0");

        assertThat(clock.total()).isEqualTo(1000);
        assertThat(clock.stealPercent()).isCloseTo(2, within(1e-9));
        assertThat(clock.busyProcessors(4)).isCloseTo(0.64, within(1e-9));
    }

    @Test
    void anOldKernelThatCountsLessTellsNothing() {
        assertThat(MachineClock.parse("cpu 1 2 3 4").stealPercent()).isNaN();
        assertThat(new MachineClock(0, 0, 0).busyProcessors(2)).isNaN();
    }
}
