package io.assent.coordinator.doctor;

import io.assent.coordinator.security.SecurityConfiguration;
import io.assent.coordinator.security.SecuritySettings;
import io.assent.coordinator.security.SecuritySettings.EnlistToken;
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
        if (settings.enlistToken() == EnlistToken.OPTIONAL) {
            return Finding.warning(
                    check,
                    "assent.security.enlist-token is optional: whoever may enlist needs no token of the transaction",
                    "Take it away when all participants and initiators are of a version that sends tokens.");
        }
        return Finding.ok(
                check,
                "mode is " + mode.name().toLowerCase(Locale.ROOT) + "; "
                        + settings.services().size() + " are listed");
    }
}
