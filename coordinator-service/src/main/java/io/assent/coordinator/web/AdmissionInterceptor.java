package io.assent.coordinator.web;

import io.assent.coordinator.engine.Admission;
import io.assent.protocol.TransactionId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/** Refuses begins and commits for which there is no room, before their bodies are read. */
final class AdmissionInterceptor implements HandlerInterceptor {

    private final Admission admission;
    private final Answers answers;

    AdmissionInterceptor(Admission admission, Answers answers) {
        this.admission = admission;
        this.answers = answers;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (!HttpMethod.POST.matches(request.getMethod())) {
            return true;
        }
        String path = request.getRequestURI();
        TransactionId id = null;
        if (path.endsWith("/commit")) {
            id = transaction(request);
            if (id == null) {
                return true;
            }
        } else if (!path.equals(Paths.TRANSACTIONS) && !path.equals(Paths.COMMITS)) {
            return true;
        }
        String reason = admission.overloaded(id);
        if (reason == null) {
            return true;
        }
        admission.refused(id);
        answers.refuse(request, response, answers.overloaded(id, reason));
        return false;
    }

    /** Null if it is none; whoever reads the path says what is wrong. */
    private static @Nullable TransactionId transaction(HttpServletRequest request) {
        if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables
                && variables.get("id") instanceof String id) {
            try {
                return Values.transaction(id, "id");
            } catch (ProblemException e) {
                return null;
            }
        }
        return null;
    }
}
