package io.assent.coordinator;

import com.github.tomakehurst.wiremock.extension.ResponseTransformerV2;
import com.github.tomakehurst.wiremock.http.Response;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import io.assent.protocol.wire.DecisionResult;
import io.assent.protocol.wire.DecisionsRequest;
import io.assent.protocol.wire.DecisionsResponse;
import io.assent.protocol.wire.WireJson;

/** Answers every order with what was asked for, as a well-behaved participant does; transformer {@code obedient}. */
public final class ObedientParticipant implements ResponseTransformerV2 {

    @Override
    public String getName() {
        return "obedient";
    }

    @Override
    public boolean applyGlobally() {
        return false;
    }

    @Override
    public Response transform(Response response, ServeEvent event) {
        DecisionsRequest request =
                WireJson.tolerant().readValue(event.getRequest().getBodyAsString(), DecisionsRequest.class);
        var results = request.decisions().stream()
                .map(order -> new DecisionResult(
                        order.transaction(),
                        order.branch(),
                        order.ref(),
                        order.decision().equals("COMMIT") ? "COMMITTED" : "ROLLED_BACK"))
                .toList();
        return Response.Builder.like(response)
                .but()
                .body(WireJson.tolerant().writeValueAsString(new DecisionsResponse(results)))
                .build();
    }
}
