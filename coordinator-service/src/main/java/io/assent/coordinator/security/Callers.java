package io.assent.coordinator.security;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;

/** Who calls, in words. */
public final class Callers {

    private Callers() {}

    /** For the audit log: the name, if there is one, and the address as the connection shows it. */
    public static String who(HttpServletRequest request) {
        String address = request.getRemoteAddr() == null ? "unknown" : request.getRemoteAddr();
        Principal caller = request.getUserPrincipal();
        return caller == null || caller == Everybody.CALLER ? address : caller.getName() + "@" + address;
    }
}
