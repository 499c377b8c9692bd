package io.assent.coordinator.doctor;

import io.assent.coordinator.security.SecurityConfiguration;
import io.assent.coordinator.security.SecuritySettings;
import io.assent.coordinator.security.SecuritySettings.Mode;
import io.assent.protocol.doctor.Finding;
import java.util.List;
import java.util.Locale;

/** What can be wrong with who may call. */
final class SecurityChecks {

    private SecurityChecks() {}

    static List<Check> of(SecuritySettings settings) {
        return List.of(new Check("callers", () -> callers("callers", settings)));
    }

    static Finding callers(String check, SecuritySettings settings) {
        Mode mode = settings.mode();
        if (mode == null || mode == Mode.NONE) {
            return Finding.warning(check, SecurityConfiguration.OPEN_DOOR, SecurityConfiguration.REMEDY);
        }
        return Finding.ok(
                check,
                "mode is " + mode.name().toLowerCase(Locale.ROOT) + "; "
                        + settings.services().size() + " are listed");
    }
}
