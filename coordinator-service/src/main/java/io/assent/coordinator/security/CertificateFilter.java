package io.assent.coordinator.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Tells who a caller is by the client certificate of its connection, if the request says nothing of it. A key or token that is
 * sent says more: it is of this request, and the connection may be of somebody who passes on what others send.
 */
final class CertificateFilter extends OncePerRequestFilter {

    private final ServiceCertificates certificates;
    private final RequestAttributeSecurityContextRepository requests = new RequestAttributeSecurityContextRepository();

    CertificateFilter(ServiceCertificates certificates) {
        this.certificates = certificates;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (SecurityContextHolder.getContext().getAuthentication() == null) {
            Authentication caller = certificates.owner(ServiceCertificates.names(request));
            if (caller != null) {
                var context = new SecurityContextImpl(caller);
                SecurityContextHolder.setContext(context);
                // For the thread that goes on with a request that had to wait.
                requests.saveContext(context, request, response);
            }
        }
        chain.doFilter(request, response);
    }
}
