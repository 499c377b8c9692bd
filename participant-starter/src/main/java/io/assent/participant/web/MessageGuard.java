package io.assent.participant.web;

import io.assent.protocol.signature.RequestVerifier;
import io.assent.protocol.signature.RequestVerifier.Refusal;
import io.assent.protocol.signature.SignedRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets in the messages that a coordinator has signed, and counts the others. Thread-safe. */
public final class MessageGuard {

    private static final Logger log = LoggerFactory.getLogger(MessageGuard.class);

    private final @Nullable RequestVerifier verifier;
    private final Map<Refusal, AtomicLong> refused = new EnumMap<>(Refusal.class);

    /** @param verifier null: every message is let in */
    public MessageGuard(@Nullable RequestVerifier verifier) {
        this.verifier = verifier;
        for (Refusal why : Refusal.values()) {
            refused.put(why, new AtomicLong());
        }
    }

    /**
     * Looks at a message.
     *
     * @param body all of it
     * @return null: it may be obeyed
     */
    @Nullable
    Refusal refuses(HttpServletRequest request, byte[] body) {
        if (verifier == null) {
            return null;
        }
        Refusal why = verifier.verify(
                new SignedRequest(request.getMethod(), request.getRequestURI(), request.getQueryString(), body),
                request::getHeader);
        if (why != null) {
            AtomicLong count = Objects.requireNonNull(refused.get(why));
            // The first of each kind: somebody who floods this service must not flood its log as well.
            if (count.getAndIncrement() == 0) {
                log.warn(
                        "A message from {} was refused ({}): it is not one that a coordinator with a known key has just"
                                + " signed. More of this kind are only counted.",
                        request.getRemoteAddr(),
                        why);
            }
        }
        return why;
    }

    /** How many messages were refused for a reason. */
    public long refused(Refusal why) {
        return Objects.requireNonNull(refused.get(why)).get();
    }
}
