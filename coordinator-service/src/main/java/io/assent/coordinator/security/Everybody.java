package io.assent.coordinator.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/** Where nobody has to prove who they are, everybody is the same caller and may do anything; all rules hold as elsewhere. */
final class Everybody extends OncePerRequestFilter {

    /** The caller of every request. The object itself, not its name: somebody may be called that. */
    static final Authentication CALLER = UsernamePasswordAuthenticationToken.authenticated(
            "everybody", null, Scope.authorities(EnumSet.allOf(Scope.class)));

    private final RequestAttributeSecurityContextRepository requests = new RequestAttributeSecurityContextRepository();

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var context = new SecurityContextImpl(CALLER);
        SecurityContextHolder.setContext(context);
        // For the thread that goes on with a request that had to wait.
        requests.saveContext(context, request, response);
        chain.doFilter(request, response);
    }
}
