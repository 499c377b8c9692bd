package io.assent.participant.management;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.Inquiries;
import io.assent.participant.engine.PreparedParts;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/** The branches that are in doubt here, and what each of them waits for. Reads only. Thread-safe. */
@Endpoint(id = "assentBranches")
public final class BranchesEndpoint {

    static final int MOST_LISTED = 1_000;

    private static final int LISTED = 100;

    /** As many as PostgreSQL can hold. */
    private static final int ALL = 1 << 18;

    private static final MimeType PROBLEM = MimeTypeUtils.parseMimeType(Problem.MEDIA_TYPE);

    private final BranchService branches;
    private final BranchResource resource;
    private final Inquiries inquiries;
    private final @Nullable PreparedParts parts;
    private final Sweep sweep;

    /**
     * How the sweep works, as far as an answer depends on it.
     *
     * @param minAge younger branches are not asked about
     * @param clock this service's
     */
    public record Sweep(Duration minAge, InstantSource clock) {}

    /**
     * Branches in doubt, the oldest first.
     *
     * @param participant whose
     * @param more whether there are more than were asked for
     */
    public record Answer(String participant, List<Item> items, boolean more) implements OperationResponseBody {}

    /**
     * One of them. Instants are RFC 3339, durations ISO 8601.
     *
     * @param since when it was prepared, by this service's clock
     * @param deadline of its transaction; null if its ref does not tell
     * @param otherResources besides the main database, where a branch has several; null where it cannot
     * @param waitsFor in words
     * @param asked how often this process has asked a coordinator about it
     * @param lastAsked null if it has not
     * @param lastAnswer null if it has not, or if no coordinator answered
     */
    public record Item(
            String transaction,
            String branch,
            String ref,
            String since,
            String age,
            @Nullable String deadline,
            @Nullable List<String> otherResources,
            String waitsFor,
            int asked,
            @Nullable String lastAsked,
            @Nullable String lastAnswer) {}

    /** @param parts null where a branch has one resource */
    public BranchesEndpoint(
            BranchService branches,
            BranchResource resource,
            Inquiries inquiries,
            @Nullable PreparedParts parts,
            Sweep sweep) {
        this.branches = branches;
        this.resource = resource;
        this.inquiries = inquiries;
        this.parts = parts;
        this.sweep = sweep;
    }

    /** @param limit 1 to 1,000; null: 100 */
    @ReadOperation
    public WebEndpointResponse<Object> branches(@Nullable Integer limit) {
        int most = limit == null ? LISTED : limit;
        if (most < 1 || most > MOST_LISTED) {
            throw new InvalidEndpointRequestException(
                    "limit=" + limit + " is out of range", "limit: expected a whole number from 1 to " + MOST_LISTED);
        }
        return answered(() -> {
            List<PreparedBranch> found = resource.prepared(most + 1);
            return answer(found.subList(0, Math.min(most, found.size())), found.size() > most);
        });
    }

    /** Those of one transaction; 404 if none is in doubt here. */
    @ReadOperation
    public WebEndpointResponse<Object> ofTransaction(@Selector String transaction) {
        TransactionId id = read("transaction", transaction, TransactionId::parse);
        return those(branch -> branch.transaction().equals(id));
    }

    /** The executions of one branch; 404 if none is in doubt here. */
    @ReadOperation
    public WebEndpointResponse<Object> ofBranch(@Selector String transaction, @Selector String branch) {
        TransactionId id = read("transaction", transaction, TransactionId::parse);
        BranchId name = read("branch", branch, BranchId::new);
        return those(one -> one.transaction().equals(id) && one.branch().equals(name));
    }

    private WebEndpointResponse<Object> those(Predicate<PreparedBranch> wanted) {
        return answered(() -> {
            List<PreparedBranch> found =
                    resource.prepared(ALL).stream().filter(wanted).toList();
            return found.isEmpty() ? null : answer(found, false);
        });
    }

    private static WebEndpointResponse<Object> answered(Supplier<@Nullable Answer> question) {
        try {
            Answer answer = question.get();
            return answer == null
                    ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                    : new WebEndpointResponse<>(answer);
        } catch (BranchResourceException e) {
            Problem problem =
                    Problem.of(ProblemType.OVERLOADED, "The branches cannot be asked for now: " + e.getMessage());
            return new WebEndpointResponse<>(problem, problem.status(), PROBLEM);
        }
    }

    private Answer answer(List<PreparedBranch> found, boolean more) {
        Instant now = sweep.clock().instant();
        Map<BranchRef, List<String>> elsewhere = parts == null ? null : parts.byBranch();
        return new Answer(
                branches.participant().value(),
                found.stream()
                        .map(branch -> item(
                                branch,
                                now,
                                elsewhere == null ? null : elsewhere.getOrDefault(branch.ref(), List.of())))
                        .toList(),
                more);
    }

    private Item item(PreparedBranch branch, Instant now, @Nullable List<String> elsewhere) {
        Inquiries.Asked asked = inquiries.about(branch.ref());
        boolean runs = branches.isRunning(branch.transaction(), branch.branch(), branch.ref());
        return new Item(
                branch.transaction().toString(),
                branch.branch().value(),
                branch.ref().value(),
                now.minus(branch.age()).toString(),
                branch.age().toString(),
                branch.deadline() == null ? null : branch.deadline().toString(),
                elsewhere,
                WaitsFor.of(branch, runs, asked, sweep.minAge()),
                asked == null ? 0 : asked.times(),
                asked == null ? null : asked.last().toString(),
                asked == null || asked.answer() == null ? null : asked.answer().name());
    }

    private static <T> T read(String name, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidEndpointRequestException(name + " cannot be read", name + ": " + e.getMessage());
        }
    }
}
