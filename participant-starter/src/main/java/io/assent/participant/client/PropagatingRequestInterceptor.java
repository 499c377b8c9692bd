package io.assent.participant.client;

import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;

/**
 * Carries the transaction of the current thread along and collects the votes; for RestClient, RestTemplate and HTTP
 * interfaces over them. Builders and templates that Spring Boot makes have it; give it to those made by hand. Thread-safe.
 */
public final class PropagatingRequestInterceptor implements ClientHttpRequestInterceptor {

    private final Propagation propagation;

    public PropagatingRequestInterceptor(Propagation propagation) {
        this.propagation = propagation;
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        Optional<GlobalTransactionContext> current = propagation.contextFor(request.getURI());
        if (current.isEmpty() || request.getHeaders().containsHeader(TransactionContext.NAME)) {
            return execution.execute(request, body);
        }
        GlobalTransactionContext context = current.get();
        GlobalTransactionContext.Call call = context.startCall(Propagation.origin(request.getURI()));
        request.getHeaders().set(TransactionContext.NAME, call.header());
        ClientHttpResponse response;
        try {
            response = execution.execute(to(propagation.target(context, request.getURI()), request), body);
        } catch (IOException | RuntimeException | Error e) {
            context.failed(call, "ended with " + e);
            throw e;
        }
        try {
            context.answered(call, header(response.getHeaders()));
        } catch (IllegalStateException e) {
            response.close();
            throw e;
        }
        return response;
    }

    private static HttpRequest to(URI target, HttpRequest request) {
        return target.equals(request.getURI())
                ? request
                : new HttpRequestWrapper(request) {
                    @Override
                    public URI getURI() {
                        return target;
                    }
                };
    }

    /** Several header lines are one list (RFC 9651). */
    static @Nullable String header(HttpHeaders headers) {
        List<String> lines = headers.get(BranchesHeader.NAME);
        return lines == null || lines.isEmpty() ? null : String.join(", ", lines);
    }
}
