package io.assent.coordinator.security;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/** Who calls, in words. */
public final class Callers {

    private Callers() {}

    /** For the audit log: the name, if there is one, and the address as the connection shows it. */
    public static String who(HttpServletRequest request) {
        String address = request.getRemoteAddr() == null ? "unknown" : request.getRemoteAddr();
        Principal caller = request.getUserPrincipal();
        return caller == null || caller == Everybody.CALLER ? address : caller.getName() + "@" + address;
    }

    /**
     * Whose limits hold for a request.
     *
     * @return the caller's name; null if there are none: it is an operator, or nobody has to prove who they are
     */
    public static @Nullable String limited(HttpServletRequest request) {
        if (!(request.getUserPrincipal() instanceof Authentication caller)) {
            return null;
        }
        boolean operates = caller.getAuthorities().stream()
                .anyMatch(allowed -> Scope.OPERATE.authority().equals(allowed.getAuthority()));
        return operates ? null : caller.getName();
    }
}
