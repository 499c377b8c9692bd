package io.assent.participant.support;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Calls a participant as any HTTP client could: a header on the request, a header on the response. */
public final class Caller {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Caller() {}

    /** What came back. Votes null: no header. */
    public record Answer(int status, String body, List<BranchVote> votes) {

        /** The vote of the called branch itself. */
        public BranchVote own() {
            return votes.get(0);
        }
    }

    public static TransactionContext transaction(boolean collect) {
        return branch(TransactionId.create(Instant.now(), new SecureRandom()), "1", Duration.ofSeconds(20), collect);
    }

    public static TransactionContext branch(TransactionId id, String branch, Duration remaining, boolean collect) {
        return new TransactionContext(id, new BranchId(branch), Instant.now().plus(remaining), remaining, collect);
    }

    public static Answer post(String url, TransactionContext context) {
        return post(url, context.format());
    }

    public static Answer post(String url, String header) {
        try {
            HttpResponse<String> response = HTTP.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .header(TransactionContext.NAME, header)
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers()
                            .firstValue(BranchesHeader.NAME)
                            .map(BranchesHeader::parse)
                            .orElse(null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
