package io.assent.coordinator.security;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Tells who a caller is by what it sends as {@code Authorization: Bearer}: a key, or a token. Thread-safe. */
final class CallerAuthentication implements AuthenticationManager {

    private static final Logger log = LoggerFactory.getLogger(CallerAuthentication.class);

    /** As OpenID Connect bounds {@code sub}; in UTF-16 units. */
    private static final int LONGEST_NAME = 255;

    private final ServiceKeys keys;
    private final @Nullable AuthenticationManager tokens;

    /** @param tokens null: tokens are not accepted */
    CallerAuthentication(ServiceKeys keys, @Nullable AuthenticationManager tokens) {
        this.keys = keys;
        this.tokens = tokens;
    }

    @Override
    public Authentication authenticate(Authentication request) {
        String credential = ((BearerTokenAuthenticationToken) request).getToken();
        if (ServiceKeys.looksLikeOne(credential)) {
            Authentication owner = keys.owner(credential);
            if (owner == null) {
                throw new InvalidBearerTokenException("The key is not known here");
            }
            return owner;
        }
        if (tokens == null) {
            throw new InvalidBearerTokenException("Tokens are not accepted here, only keys");
        }
        try {
            Authentication caller = Objects.requireNonNull(tokens.authenticate(request));
            if (!nameable(caller.getName())) {
                throw new InvalidBearerTokenException("The token does not say whose it is");
            }
            return caller;
        } catch (AuthenticationServiceException | JwtDecoderInitializationException e) {
            log.warn(
                    "A token could not be verified, since the keys of its issuer cannot be had; the caller is told to ask again: {}",
                    e.toString());
            throw new UnverifiableException(e);
        }
    }

    /** Transactions are kept under the name, and the audit log is written with it. */
    private static boolean nameable(@Nullable String name) {
        return name != null
                && !name.isBlank()
                && name.length() <= LONGEST_NAME
                && name.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }

    /** Nobody can tell now whether a token is valid. */
    static final class UnverifiableException extends AuthenticationException {

        private static final long serialVersionUID = 1L;

        UnverifiableException(RuntimeException cause) {
            super("The keys of the issuer cannot be had", cause);
        }
    }
}
