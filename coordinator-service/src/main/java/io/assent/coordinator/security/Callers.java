package io.assent.coordinator.security;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/** Who calls: in words, and as a service that owns transactions. */
public final class Callers {

    private Callers() {}

    /** For the audit log: the name, if there is one, and the address as the connection shows it. */
    public static String who(HttpServletRequest request) {
        String address = request.getRemoteAddr() == null ? "unknown" : request.getRemoteAddr();
        Principal caller = request.getUserPrincipal();
        return caller == null || caller == Everybody.CALLER ? address : caller.getName() + "@" + address;
    }

    /**
     * The service that calls: it sees and decides transactions of its own name and those that are nobody's, and its limits
     * hold.
     *
     * @return its name; null: all transactions and no limits, since it operates, or nobody has to prove who they are
     * @throws IllegalStateException if it is not known who calls; no call of the API gets that far
     */
    public static @Nullable String service(HttpServletRequest request) {
        if (!(request.getUserPrincipal() instanceof Authentication caller)) {
            throw new IllegalStateException("it is not known who calls");
        }
        return caller.getAuthorities().stream()
                        .anyMatch(granted -> Scope.OPERATE.authority().equals(granted.getAuthority()))
                ? null
                : caller.getName();
    }
}
