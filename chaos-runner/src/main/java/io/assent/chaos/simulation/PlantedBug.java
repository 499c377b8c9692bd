package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.ForwardingCoordinator;
import io.assent.coordinator.engine.ForwardingDecisionLog;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.engine.ParticipantClient.OrderReply;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.DelegatingBranchResource;
import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A bug that others had, planted behind the ports: the system with it has to violate something.
 *
 * @param bug where it comes from, and what it is
 * @param invariants those of which one has to be violated
 * @param twin the system with the bug
 */
record PlantedBug(String bug, List<String> invariants, Twin twin) {

    /** Every bug of the table in FAULTS, and some more. */
    static List<PlantedBug> all() {
        return List.of(
                new PlantedBug(
                        "Seata #3619: a decision is looked up, then written without compare-and-set",
                        List.of("I1", "I2", "I6"),
                        new LogTwin() {
                            @Override
                            DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                                return new ForwardingDecisionLog(log) {
                                    @Override
                                    public CompletionStage<Reply> decide(Proposal proposal) {
                                        return real.find(List.of(proposal.id())).thenCompose(reading -> {
                                            TransactionRecord there =
                                                    reading.records().get(proposal.id());
                                            if (there == null || there.decision() == null) {
                                                model.overwriteNext(proposal.id());
                                            }
                                            return real.decide(proposal);
                                        });
                                    }
                                };
                            }
                        }),
                new PlantedBug(
                        "Atomikos #239: a rollback is written whatever is there",
                        List.of("I1", "I2", "I6", "I10"),
                        new LogTwin() {
                            @Override
                            DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                                return new ForwardingDecisionLog(log) {
                                    @Override
                                    public CompletionStage<Reply> decide(Proposal proposal) {
                                        if (proposal.decision() == Decision.ROLLBACK) {
                                            model.overwriteNext(proposal.id());
                                        }
                                        return real.decide(proposal);
                                    }
                                };
                            }
                        }),
                new PlantedBug(
                        "Seata #4073: an error counts as an acknowledgement", List.of("I6", "I10"), new OrderTwin() {
                            @Override
                            OrderReply answered(OrderReply reply, Decision decision) {
                                return reply.state() != null ? reply : done(decision);
                            }
                        }),
                new PlantedBug(
                        "MongoDB SERVER-105751: a branch that is still prepared counts as ended",
                        List.of("I6", "I10"),
                        new OrderTwin() {
                            @Override
                            OrderReply answered(OrderReply reply, Decision decision) {
                                return done(decision);
                            }
                        }),
                new PlantedBug("Seata #4969: a branch is enlisted after the decision", List.of("I3"), new LogTwin() {
                    @Override
                    DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                        return new ForwardingDecisionLog(log) {
                            @Override
                            public CompletionStage<Reply> enlist(
                                    TransactionId id, Branch branch, @Nullable TransactionToken token) {
                                return real.enlist(id, branch, token)
                                        .thenApply(reply -> reply.status() == Status.CLOSED
                                                ? new Reply(Status.OK, reply.record(), true, null)
                                                : reply);
                            }
                        };
                    }
                }),
                new PlantedBug("Seata #7004: recovery drives what is still alive", List.of("I4"), new LogTwin() {
                    @Override
                    DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                        return new ForwardingDecisionLog(log) {
                            @Override
                            public CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease) {
                                model.hurry();
                                return real.claim(limit, lease);
                            }
                        };
                    }
                }),
                new PlantedBug("Seata PR #7997: a failing prepare is swallowed", List.of("I3"), new Twin() {
                    @Override
                    ParticipantClient wrap(ParticipantClient participants, World world) {
                        return new ForwardingParticipants(participants) {
                            @Override
                            public CompletionStage<VoteReply> prepare(
                                    TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
                                return super.prepare(transaction, branch, deadline, remaining)
                                        .thenApply(reply -> reply.vote() == null
                                                ? new VoteReply(Vote.PREPARED, null, false)
                                                : reply);
                            }
                        };
                    }
                }),
                new PlantedBug("seed article: commit if some participant succeeded", List.of("I3"), new LogTwin() {
                    @Override
                    DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                        return new ForwardingDecisionLog(log) {
                            @Override
                            public CompletionStage<Reply> decide(Proposal p) {
                                boolean some = p.branches().stream().anyMatch(b -> b.vote() == Vote.PREPARED);
                                return real.decide(new Proposal(
                                        p.nonce(),
                                        p.id(),
                                        some ? Decision.COMMIT : p.decision(),
                                        p.name(),
                                        p.deadline(),
                                        p.branches(),
                                        p.reason(),
                                        p.nextAttemptIn(),
                                        p.owner()));
                            }
                        };
                    }
                }),
                new PlantedBug(
                        "Narayana JBTM-2356: forgotten although a participant failed", List.of("I10"), new LogTwin() {
                            @Override
                            DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                                return new ForwardingDecisionLog(log) {
                                    @Override
                                    public CompletionStage<Reply> record(Progress p) {
                                        List<BranchProgress> ended = p.branches().stream()
                                                .map(b -> new BranchProgress(
                                                        b.id(), b.ref(), b.state(), true, b.attempts(), b.lastError()))
                                                .toList();
                                        return real.record(new Progress(p.id(), ended, true, null));
                                    }
                                };
                            }
                        }),
                new PlantedBug(
                        "Narayana JBTM-2885: the participant list is incomplete",
                        List.of("I1", "I3", "I4"),
                        new LogTwin() {
                            @Override
                            DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                                return new ForwardingDecisionLog(log) {
                                    @Override
                                    public CompletionStage<Reply> decide(Proposal p) {
                                        return real.decide(new Proposal(
                                                p.nonce(),
                                                p.id(),
                                                p.decision(),
                                                p.name(),
                                                p.deadline(),
                                                p.branches().isEmpty()
                                                        ? p.branches()
                                                        : p.branches()
                                                                .subList(
                                                                        0,
                                                                        p.branches()
                                                                                        .size()
                                                                                - 1),
                                                p.reason(),
                                                p.nextAttemptIn(),
                                                p.owner()));
                                    }
                                };
                            }
                        }),
                new PlantedBug(
                        "Kafka KAFKA-17754: an acknowledgement of another transaction is believed",
                        List.of("I6", "I10"),
                        new Twin() {
                            @Override
                            ParticipantClient wrap(ParticipantClient participants, World world) {
                                Map<ParticipantName, OrderReply> late = new HashMap<>();
                                return new ForwardingParticipants(participants) {
                                    @Override
                                    public CompletionStage<OrderReply> order(
                                            TransactionId transaction, Branch branch, Decision decision) {
                                        OrderReply before = late.remove(branch.participant());
                                        CompletionStage<OrderReply> real = super.order(transaction, branch, decision)
                                                .thenApply(reply -> {
                                                    late.put(branch.participant(), reply);
                                                    return reply;
                                                });
                                        return before == null ? real : CompletableFuture.completedFuture(before);
                                    }
                                };
                            }
                        }),
                new PlantedBug(
                        "Kafka KAFKA-17754: an order ends a branch of another transaction",
                        List.of("I1", "I6", "I10"),
                        new Twin() {
                            @Override
                            boolean ordersByBranchAlone() {
                                return true;
                            }
                        }),
                new PlantedBug(
                        "TiDB #33641: success is reported while the result is not known",
                        List.of("I6", "I9"),
                        new LogTwin() {
                            @Override
                            DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                                return new ForwardingDecisionLog(log) {
                                    @Override
                                    public CompletionStage<Reply> decide(Proposal proposal) {
                                        return real.decide(proposal)
                                                .thenApply(reply -> reply.status() == Status.INDETERMINATE
                                                        ? Claims.decided(proposal, world.now())
                                                        : reply);
                                    }
                                };
                            }
                        }),
                new PlantedBug(
                        "L1: a cancelled wait for the standby is taken for success",
                        List.of("I2", "I6", "I9"),
                        new LogTwin() {
                            @Override
                            DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                                return new ForwardingDecisionLog(log) {
                                    @Override
                                    public CompletionStage<Reply> decide(Proposal proposal) {
                                        return real.decide(proposal)
                                                .thenApply(reply -> "wait cancelled".equals(reply.detail())
                                                        ? Claims.decided(proposal, world.now())
                                                        : reply);
                                    }
                                };
                            }
                        }),
                new PlantedBug(
                        "L5: a decision that was only read is acted on", List.of("I2", "I6", "I9"), new LogTwin() {
                            @Override
                            DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                                return new ForwardingDecisionLog(log) {
                                    @Override
                                    public CompletionStage<Reading> find(Collection<TransactionId> ids) {
                                        return real.find(ids).thenApply(reading -> {
                                            Map<TransactionId, TransactionRecord> believed = new HashMap<>();
                                            reading.records()
                                                    .forEach(
                                                            (id, record) -> believed.put(id, Claims.confirmed(record)));
                                            return new Reading(
                                                    reading.status(),
                                                    believed,
                                                    reading.unreadable(),
                                                    reading.now(),
                                                    reading.horizon());
                                        });
                                    }
                                };
                            }
                        }),
                new PlantedBug("absence is answered with ROLLBACK (R4)", List.of("I6"), new Twin() {
                    @Override
                    Coordinator wrap(Coordinator coordinator, World world) {
                        return new ForwardingCoordinator(coordinator) {
                            @Override
                            public CompletionStage<List<Inquired>> inquire(
                                    ParticipantName participant, List<Inquiry> inquiries) {
                                return super.inquire(participant, inquiries)
                                        .thenApply(answers -> answers.stream()
                                                .map(told -> told.answer() == InquiryAnswer.UNDECIDED
                                                        ? new Inquired(told.inquiry(), InquiryAnswer.ROLLBACK)
                                                        : told)
                                                .toList());
                            }
                        };
                    }
                }),
                new PlantedBug("a timeout of the decision is told as a rollback (R8)", List.of("I6", "I9"), new Twin() {
                    @Override
                    DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                        return new ForwardingDecisionLog(log) {
                            @Override
                            public CompletionStage<Reply> decide(Proposal p) {
                                return real.decide(p)
                                        .thenApply(reply -> reply.status() == Status.INDETERMINATE
                                                ? Claims.decided(
                                                        new Proposal(
                                                                p.nonce(),
                                                                p.id(),
                                                                Decision.ROLLBACK,
                                                                p.name(),
                                                                p.deadline(),
                                                                List.of(),
                                                                "timeout",
                                                                p.nextAttemptIn(),
                                                                p.owner()),
                                                        world.now())
                                                : reply);
                            }
                        };
                    }
                }),
                new PlantedBug(
                        "Citus #1030, #2095: recovery rolls back a branch whose PREPARE is in flight",
                        List.of("I1", "I3", "I6"),
                        new Twin() {
                            @Override
                            CoordinatorClient wrap(CoordinatorClient coordinator, World world) {
                                return new ForwardingCoordinatorClient(coordinator) {
                                    @Override
                                    public Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> branches) {
                                        Map<BranchRef, InquiryAnswer> answers = new HashMap<>(super.inquire(branches));
                                        branches.forEach(branch -> answers.merge(
                                                branch.ref(),
                                                InquiryAnswer.ROLLBACK,
                                                (told, guess) -> told == InquiryAnswer.UNDECIDED ? guess : told));
                                        return answers;
                                    }
                                };
                            }
                        }),
                new PlantedBug("dtm #306: a retry storm from a time-zone difference", List.of("I5"), new Twin() {
                    @Override
                    Duration wait(Duration wanted, Duration clockOffset) {
                        return clockOffset.isZero() ? wanted : Duration.ofMillis(1);
                    }
                }),
                new PlantedBug("dtm #478, #278: one broken row stops all recovery", List.of("I5"), new LogTwin() {
                    @Override
                    DecisionLog wrap(DecisionLog log, ModelLog model, World world) {
                        return new ForwardingDecisionLog(log) {
                            @Override
                            public CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease) {
                                return model.poisoned().isEmpty()
                                        ? real.claim(limit, lease)
                                        : CompletableFuture.completedFuture(List.of());
                            }
                        };
                    }
                }),
                new PlantedBug("dtm forceStop: prepared branches are left behind", List.of("I6", "I10"), new Twin() {
                    @Override
                    ParticipantClient wrap(ParticipantClient participants, World world) {
                        return new ForwardingParticipants(participants) {
                            @Override
                            public CompletionStage<OrderReply> order(
                                    TransactionId transaction, Branch branch, Decision decision) {
                                return decision == Decision.ROLLBACK
                                        ? CompletableFuture.completedFuture(OrderTwin.done(decision))
                                        : super.order(transaction, branch, decision);
                            }
                        };
                    }
                }),
                new PlantedBug(
                        "pgjdbc #4438: a terminated backend is reported as a definite failure",
                        List.of("I1", "I6", "I10"),
                        new Twin() {
                            @Override
                            BranchResource wrap(BranchResource resource, World world) {
                                return new DelegatingBranchResource(resource) {
                                    private final Set<BranchRef> failed = new HashSet<>();

                                    @Override
                                    public End commitPrepared(BranchRef ref) {
                                        End end = super.commitPrepared(ref);
                                        if (end != End.UNKNOWN) {
                                            return end;
                                        }
                                        failed.add(ref);
                                        return End.NOT_THERE;
                                    }

                                    @Override
                                    public BranchFacts look(TransactionId transaction, BranchId branch) {
                                        boolean gone = failed.stream()
                                                .anyMatch(
                                                        ref -> ref.value().contains(transaction + ":" + branch + ":"));
                                        return gone
                                                ? new BranchFacts(List.of(), null)
                                                : super.look(transaction, branch);
                                    }
                                };
                            }
                        }),
                new PlantedBug(
                        "L1: a participant takes a cancelled wait for its standby for success",
                        List.of("I9"),
                        new Twin() {
                            @Override
                            boolean overlooksWarnings() {
                                return true;
                            }
                        }),
                new PlantedBug(
                        "L7: PREPARE after a failed statement votes yes with nothing prepared",
                        List.of("I3"),
                        new Twin() {
                            @Override
                            boolean overlooksFailedStatements() {
                                return true;
                            }
                        }),
                new PlantedBug(
                        "Try-Confirm-Cancel: a confirm that failed counts as done",
                        List.of("I6", "I10", "I12"),
                        new Twin() {
                            @Override
                            BranchResource wrap(BranchResource resource, World world) {
                                return new DelegatingBranchResource(resource) {
                                    @Override
                                    public End commitPrepared(BranchRef ref) {
                                        try {
                                            return super.commitPrepared(ref);
                                        } catch (BranchResourceException e) {
                                            return End.NOT_THERE;
                                        }
                                    }
                                };
                            }
                        }),
                new PlantedBug(
                        "Try-Confirm-Cancel: a cancel overtakes its try (suspension)", List.of("I12"), new Twin() {
                            @Override
                            Duration cancelDelay() {
                                return Duration.ofDays(-1);
                            }
                        }));
    }

    @Override
    public String toString() {
        return bug;
    }

    private abstract static class LogTwin extends Twin {
        @Override
        abstract DecisionLog wrap(DecisionLog log, ModelLog model, World world);
    }

    private abstract static class OrderTwin extends Twin {

        abstract OrderReply answered(OrderReply reply, Decision decision);

        static OrderReply done(Decision decision) {
            return new OrderReply(decision == Decision.COMMIT ? BranchState.COMMITTED : BranchState.ROLLED_BACK, null);
        }

        @Override
        ParticipantClient wrap(ParticipantClient participants, World world) {
            return new ForwardingParticipants(participants) {
                @Override
                public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
                    return super.order(transaction, branch, decision).thenApply(reply -> answered(reply, decision));
                }
            };
        }
    }
}
