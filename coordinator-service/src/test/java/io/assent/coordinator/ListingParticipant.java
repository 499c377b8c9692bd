package io.assent.coordinator;

import com.github.tomakehurst.wiremock.extension.ResponseTransformerV2;
import com.github.tomakehurst.wiremock.http.Response;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.wire.BranchStatus;
import io.assent.protocol.wire.BranchesResponse;
import io.assent.protocol.wire.WireJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Lists the branches it was given, page after page, as a participant does that can list what has ended; transformer {@code listing}. */
public final class ListingParticipant implements ResponseTransformerV2 {

    private final List<BranchStatus> branches = new CopyOnWriteArrayList<>();

    /** What it shows from now on. */
    public void show(List<BranchStatus> shown) {
        branches.clear();
        branches.addAll(shown);
        branches.sort(Comparator.comparing(BranchStatus::transaction).thenComparing(BranchStatus::branch));
    }

    @Override
    public String getName() {
        return "listing";
    }

    @Override
    public boolean applyGlobally() {
        return false;
    }

    @Override
    public Response transform(Response response, ServeEvent event) {
        var request = event.getRequest();
        TransactionRange range = new TransactionRange(
                TransactionRange.parse(request.queryParameter("after").firstValue()),
                TransactionRange.parse(request.queryParameter("before").firstValue()));
        int limit = Integer.parseInt(request.queryParameter("limit").firstValue());
        List<BranchStatus> page = new ArrayList<>();
        boolean more = false;
        for (BranchStatus branch : branches) {
            if (range.contains(TransactionId.parse(branch.transaction()))) {
                more = page.size() >= limit
                        && !page.get(page.size() - 1).transaction().equals(branch.transaction());
                if (more) {
                    break;
                }
                page.add(branch);
            }
        }
        return Response.Builder.like(response)
                .but()
                .body(WireJson.tolerant()
                        .writeValueAsString(new BranchesResponse(
                                request.queryParameter("participant").firstValue(), page, more)))
                .build();
    }
}
