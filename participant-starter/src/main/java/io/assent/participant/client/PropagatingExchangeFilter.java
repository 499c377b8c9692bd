package io.assent.participant.client;

import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.protocol.header.TransactionContext;
import java.util.Optional;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * The same for WebClient. The transaction is the one of the thread that subscribes ({@code block()} does); behind an
 * operator that changes threads it is there if Reactor's automatic context propagation is on. Thread-safe.
 */
public final class PropagatingExchangeFilter implements ExchangeFilterFunction {

    private final Propagation propagation;

    public PropagatingExchangeFilter(Propagation propagation) {
        this.propagation = propagation;
    }

    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        return Mono.defer(() -> {
            Optional<GlobalTransactionContext> current = propagation.contextFor(request.url());
            if (current.isEmpty() || request.headers().containsHeader(TransactionContext.NAME)) {
                return next.exchange(request);
            }
            GlobalTransactionContext context = current.get();
            GlobalTransactionContext.Call call = context.startCall(Propagation.origin(request.url()));
            ClientRequest carrying = ClientRequest.from(request)
                    .url(propagation.target(context, request.url()))
                    .header(TransactionContext.NAME, call.header())
                    .build();
            return next.exchange(carrying)
                    .doOnNext(response -> context.answered(
                            call,
                            PropagatingRequestInterceptor.header(
                                    response.headers().asHttpHeaders())))
                    .doOnError(e -> context.failed(call, "ended with " + e))
                    .doOnCancel(() -> context.failed(call, "was cancelled"));
        });
    }
}
