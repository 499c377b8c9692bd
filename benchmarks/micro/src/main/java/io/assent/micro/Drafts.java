package io.assent.micro;

import io.assent.coordinator.protocol.Branch;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.protocol.BranchId;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/** Transactions of two branches, with names and addresses as long as real ones. */
final class Drafts {

    private static final ParticipantName ORDERS = new ParticipantName("order-service");
    private static final ParticipantName PAYMENTS = new ParticipantName("payment-service");
    private static final BranchId PAYMENT = BranchId.INITIATOR.child(1);

    private Drafts() {}

    /** What the initiator and the service that it called have voted. */
    static List<BranchVote> votes(TransactionId id, Instant deadline, RandomGenerator random) {
        return List.of(
                vote(ORDERS, BranchId.INITIATOR, id, deadline, random), vote(PAYMENTS, PAYMENT, id, deadline, random));
    }

    private static BranchVote vote(
            ParticipantName participant, BranchId branch, TransactionId id, Instant deadline, RandomGenerator random) {
        return new BranchVote(
                branch,
                participant,
                "http://" + participant + ".shop.svc:8080/assent/v1",
                Vote.PREPARED,
                ExecutionRef.create(participant, id, branch, deadline, random));
    }

    /** The same as the coordinator understands it. */
    static List<Branch> branches(List<BranchVote> votes) {
        return votes.stream()
                .map(vote -> Branch.named(vote.branch(), vote.participant(), vote.url(), vote.ref(), vote.vote()))
                .toList();
    }
}
