package io.assent.coordinator.security;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/** Who calls: in words, and as the owner of transactions. */
public final class Callers {

    private Callers() {}

    /** For the audit log: the name, if there is one, and the address as the connection shows it. */
    public static String who(HttpServletRequest request) {
        String address = request.getRemoteAddr() == null ? "unknown" : request.getRemoteAddr();
        Principal caller = request.getUserPrincipal();
        return caller == null || caller == Everybody.CALLER ? address : caller.getName() + "@" + address;
    }

    /**
     * Whose transactions a caller may see and decide: those of its own name, and those that are nobody's.
     *
     * @return the name; null: all, since it operates, or nobody has to prove who they are
     * @throws IllegalStateException if it is not known who calls; no call of the API gets that far
     */
    public static @Nullable String owner(HttpServletRequest request) {
        if (!(request.getUserPrincipal() instanceof Authentication caller)) {
            throw new IllegalStateException("whose transactions are asked for is not known");
        }
        return caller.getAuthorities().stream()
                        .anyMatch(granted -> Scope.OPERATE.authority().equals(granted.getAuthority()))
                ? null
                : caller.getName();
    }
}
