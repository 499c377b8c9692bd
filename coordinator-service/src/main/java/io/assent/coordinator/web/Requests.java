package io.assent.coordinator.web;

import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.BeginRequest;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.Commit;
import io.assent.protocol.wire.EnlistRequest;
import io.assent.protocol.wire.InquiryRequest;
import io.assent.protocol.wire.JsonInput;
import io.assent.protocol.wire.RollbackRequest;
import io.assent.protocol.wire.WireJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Turns messages into what the engine understands. Nothing reaches the engine unless every value is well-formed. */
final class Requests {

    static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    static final int MOST_COMMITS = 256;
    static final int MOST_INQUIRIES = 1_000;

    /** Between the clock that made an id and the one that made a deadline (R9 allows as much between id and database). */
    private static final Duration CLOCK_ALLOWANCE = Duration.ofMinutes(5);

    private final Duration longestLifetime;
    private final boolean tokenRequired;

    /**
     * @param longestLifetime of a transaction
     * @param tokenRequired whether nobody enlists without a token
     */
    Requests(Duration longestLifetime, boolean tokenRequired) {
        this.longestLifetime = longestLifetime;
        this.tokenRequired = tokenRequired;
    }

    /**
     * How a decision is asked for, besides what is in the message.
     *
     * @param patience how long the answer may wait for completion
     * @param owner who asks, if only its own transactions may be decided for it; null: all may
     */
    record Asking(Duration patience, @Nullable String owner) {}

    Coordinator.Begin begin(BeginRequest request, @Nullable String owner) {
        return new Coordinator.Begin(
                request.id() == null ? null : Values.transaction(request.id(), "/id"),
                Values.name(request.name(), "/name"),
                Values.duration(request.timeout(), "/timeout", SHORTEST_TIMEOUT, longestLifetime),
                owner);
    }

    Branch enlisted(EnlistRequest request) {
        return branch(request.message(), "", true);
    }

    /** Refused here already if it is missing: so that this, too, tells nothing about the id. */
    @Nullable
    TransactionToken token(EnlistRequest request) {
        return request.token() == null && !tokenRequired ? null : Values.token(request.token(), "/token");
    }

    /** @param at pointer to the commit within the document, empty for the whole */
    Coordinator.Commit commit(TransactionId id, Commit request, String at, Asking asking) {
        Instant deadline = Values.instant(request.deadline(), at + "/deadline");
        if (deadline != null
                && deadline.isAfter(id.timestamp().plus(longestLifetime).plus(CLOCK_ALLOWANCE))) {
            throw ProblemException.invalid(
                    at + "/deadline", "lies later than the longest lifetime of this transaction allows");
        }
        List<Branch> collected = null;
        List<ExpectedBranch> expected = null;
        if (request.branches() != null) {
            collected = new ArrayList<>();
            expected = new ArrayList<>();
            Set<BranchId> names = new HashSet<>();
            for (int i = 0; i < request.branches().size(); i++) {
                String pointer = at + "/branches/" + i;
                JsonNode item = request.branches().get(i);
                BranchId name;
                if (item != null && item.isString()) {
                    name = Values.branch(item.stringValue(), pointer);
                    expected.add(new ExpectedBranch(name, null));
                    collected = null;
                } else if (item != null && item.isObject()) {
                    Branch branch = branch(message(item, pointer), pointer, true);
                    name = branch.id();
                    expected.add(new ExpectedBranch(name, branch.ref()));
                    if (collected != null) {
                        collected.add(branch);
                    }
                } else {
                    throw ProblemException.invalid(pointer, "expected a branch or the name of one");
                }
                if (!names.add(name)) {
                    throw ProblemException.invalid(pointer, "names branch %s a second time".formatted(name));
                }
            }
        }
        // Names alone cannot be a branch set, and neither can a set without a deadline: then it must have been begun.
        return new Coordinator.Commit(
                id,
                Values.name(request.name(), at + "/name"),
                deadline,
                deadline == null ? null : collected,
                expected,
                asking.patience(),
                asking.owner());
    }

    Coordinator.Rollback rollback(TransactionId id, RollbackRequest request, Asking asking) {
        List<Branch> branches = new ArrayList<>();
        Set<String> executions = new HashSet<>();
        List<BranchMessage> messages = request.branches() == null ? List.of() : request.branches();
        for (int i = 0; i < messages.size(); i++) {
            String pointer = "/branches/" + i;
            BranchMessage message = present(messages.get(i), pointer);
            Branch branch = branch(message, pointer, false);
            if (!executions.add(branch.id() + "/" + branch.participant() + "/" + branch.ref())) {
                throw ProblemException.invalid(pointer, "names this execution a second time");
            }
            branches.add(branch);
        }
        return new Coordinator.Rollback(
                id, Values.reason(request.reason(), "/reason"), branches, asking.patience(), asking.owner());
    }

    /** What is to commit has voted so; a person who decides does not name votes. */
    List<Branch> settled(SettlementRequest request) {
        List<BranchMessage> messages = request.branches() == null ? List.of() : request.branches();
        List<Branch> branches = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            String pointer = "/branches/" + i;
            Branch named = branch(present(messages.get(i), pointer), pointer, true);
            branches.add(Branch.named(named.id(), named.participant(), named.url(), named.ref(), Vote.PREPARED));
        }
        return branches;
    }

    ParticipantName asker(InquiryRequest request) {
        return Values.participant(request.participant(), "/participant");
    }

    List<Coordinator.Inquiry> inquiries(InquiryRequest request) {
        if (request.branches() == null
                || request.branches().isEmpty()
                || request.branches().size() > MOST_INQUIRIES) {
            throw ProblemException.invalid("/branches", "expected 1 to %d branches".formatted(MOST_INQUIRIES));
        }
        List<Coordinator.Inquiry> inquiries = new ArrayList<>();
        for (int i = 0; i < request.branches().size(); i++) {
            String pointer = "/branches/" + i;
            var branch = present(request.branches().get(i), pointer);
            inquiries.add(new Coordinator.Inquiry(
                    Values.transaction(branch.transaction(), pointer + "/transaction"),
                    Values.branch(branch.branch(), pointer + "/branch"),
                    Values.ref(branch.ref(), pointer + "/ref"),
                    Values.instant(branch.deadline(), pointer + "/deadline")));
        }
        return inquiries;
    }

    private static BranchMessage message(JsonNode item, String pointer) {
        try {
            return JsonInput.read(item, BranchMessage.class, WireJson.strict(), pointer);
        } catch (JsonInput.UnreadableException e) {
            throw new ProblemException(e.problem());
        }
    }

    /** Where an address may lead is not checked here: the engine asks its participant port before it writes anything. */
    private static Branch branch(BranchMessage message, String at, boolean refMandatory) {
        return Branch.named(
                Values.branch(message.branch(), at + "/branch"),
                Values.participant(message.participant(), at + "/participant"),
                Values.url(message.url(), at + "/url"),
                message.ref() == null && !refMandatory ? null : Values.ref(message.ref(), at + "/ref"),
                Values.vote(message.vote(), at + "/vote"),
                Values.reason(message.reason(), at + "/reason"));
    }

    private static <T> T present(@Nullable T value, String pointer) {
        if (value == null) {
            throw ProblemException.invalid(pointer, "is null; an object is expected");
        }
        return value;
    }
}
