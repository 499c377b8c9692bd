package io.assent.coordinator.security;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** What a caller may be allowed to do. */
public enum Scope {
    BEGIN("tx:begin"),
    ENLIST("tx:enlist"),
    DECIDE("tx:decide"),
    INQUIRE("tx:inquire"),
    READ("tx:read"),
    OPERATE("tx:operate");

    /** What a service needs that initiates transactions and takes part in them. */
    static final Set<Scope> OF_A_SERVICE = Set.copyOf(EnumSet.complementOf(EnumSet.of(OPERATE)));

    /** As Spring Security names the scopes of a token. */
    private static final String PREFIX = "SCOPE_";

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /** As in a token's {@code scope}, such as {@code tx:begin}. */
    public String text() {
        return text;
    }

    /** As an authority of Spring Security. */
    public String authority() {
        return PREFIX + text;
    }

    /**
     * The one of that name.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    static Scope of(String text) {
        return Arrays.stream(values())
                .filter(scope -> scope.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is no scope; there are "
                        + Arrays.stream(values()).map(Scope::text).collect(Collectors.joining(", "))));
    }

    static Set<GrantedAuthority> authorities(Collection<Scope> scopes) {
        return scopes.stream()
                .map(scope -> new SimpleGrantedAuthority(scope.authority()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The scope's name if the authority stands for one, else null. */
    static @Nullable String text(GrantedAuthority authority) {
        String name = authority.getAuthority();
        return name != null && name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : null;
    }
}
