package io.assent.sample.payment.breakit;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.Set;

/** The failure that waits for its moment. It strikes once; two requests at one moment cannot both be struck. */
class ArmedFailure {

    /** @param delayMillis how long SLOW takes; without meaning for the others */
    record Setting(
            @NotNull FailureMode mode, @Min(0) @Max(600_000) long delayMillis) {

        static final Setting NONE = new Setting(FailureMode.NONE, 0);

        Duration delay() {
            return Duration.ofMillis(delayMillis);
        }
    }

    private Setting armed = Setting.NONE;

    synchronized Setting get() {
        return armed;
    }

    synchronized void arm(Setting setting) {
        armed = setting;
    }

    /** Takes the failure if it is one of these, and disarms it. */
    synchronized Setting strike(Set<FailureMode> modes) {
        if (!modes.contains(armed.mode())) {
            return Setting.NONE;
        }
        Setting struck = armed;
        armed = Setting.NONE;
        return struck;
    }
}
