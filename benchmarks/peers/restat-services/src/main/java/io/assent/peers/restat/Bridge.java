package io.assent.peers.restat;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jboss.jbossts.star.util.TxLinkNames;
import org.jboss.jbossts.star.util.TxSupport;
import org.jboss.narayana.rest.bridge.inbound.InboundBridge;
import org.jboss.narayana.rest.bridge.inbound.InboundBridgeManager;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Puts the thread into the JTA transaction that is this service's participant of a REST-AT transaction, which the first call
 * enlists: what Narayana's filter for JAX-RS does, for Spring MVC. Thread-safe.
 */
public final class Bridge implements HandlerInterceptor {

    private record Entered(InboundBridge bridge, String enlistmentUrl) {}

    private static final ThreadLocal<@Nullable Entered> CURRENT = new ThreadLocal<>();

    /** @param enlistmentUrl where the coordinator takes participants of the transaction */
    public void enter(String enlistmentUrl) {
        InboundBridge bridge = InboundBridgeManager.getInstance().createInboundBridge(enlistmentUrl);
        bridge.start();
        CURRENT.set(new Entered(bridge, enlistmentUrl));
    }

    /** Takes the thread out of it. Does nothing if it is in none. */
    public void leave() {
        Entered entered = CURRENT.get();
        if (entered != null) {
            CURRENT.remove();
            entered.bridge().stop();
        }
    }

    /** The header with which a call takes part in the thread's transaction; null: it is in none. */
    public static @Nullable String currentLink() {
        Entered entered = CURRENT.get();
        return entered == null ? null : "<" + entered.enlistmentUrl() + ">; rel=\"" + TxLinkNames.PARTICIPANT + "\"";
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        String enlistmentUrl =
                TxSupport.decodeLinkHeader(request.getHeader(HttpHeaders.LINK)).get(TxLinkNames.PARTICIPANT);
        if (enlistmentUrl != null) {
            enter(enlistmentUrl);
        }
        return true;
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception problem) {
        leave();
    }
}
