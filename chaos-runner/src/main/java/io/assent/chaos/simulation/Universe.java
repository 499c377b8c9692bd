package io.assent.chaos.simulation;

import io.assent.chaos.simulation.Plan.Behaviour;
import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.Coordinator.Inquired;
import io.assent.coordinator.engine.Coordinator.Inquiry;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.EnginePorts;
import io.assent.coordinator.engine.EngineSettings;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.engine.RecoveryPass;
import io.assent.coordinator.engine.TransactionCoordinator;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Two real coordinators, two real participants, one transaction, at most one crash: everything that can happen next is a
 * list to choose from. Every call on the log or a participant is two events, its effect and its reply. Built anew for every
 * path; the same choices always lead to the same state.
 */
final class Universe {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_ROUNDS = 8;

    private final World world = new World(1, Faults.NONE, false);
    private final Checker checker = new Checker(world);
    private final Register register = new Register(checker);
    private final List<Service> services = new ArrayList<>();
    private final List<Instance> instances = List.of(new Instance(0), new Instance(1));
    private final List<Event> possible = new ArrayList<>();
    private final List<BranchVote> votes = new ArrayList<>();
    private final TransactionId id;
    private Instant now = World.START;
    private boolean mayCrash = true;
    private int rounds;

    /** What the clients ask for. */
    enum Requests {
        COMMIT_AND_ROLLBACK,
        COMMIT_TWICE,
        COMMIT_ASKING_FOR_A_VOTE_AND_ROLLBACK
    }

    /**
     * Something that can happen.
     *
     * @param what tells it from others in the same state
     * @param asker the coordinator that waits for it, or -1
     * @param epoch the asker's incarnation
     * @param participant whose message or process it is, or -1
     * @param reply whether it is a reply
     * @param failed what happens instead when the participant is killed, or null
     */
    private record Event(
            String what,
            int asker,
            int epoch,
            int participant,
            boolean reply,
            @Nullable Runnable failed,
            Runnable body) {}

    Universe(Requests requests) {
        List<SimulatedCoordinator> nobody = List.of();
        id = TransactionId.create(World.START, new SplittableRandom(1));
        for (int i = 0; i < 2; i++) {
            Service service = new Service(
                    new ModelPostgres(world, checker, Twin.RIGHT, "service-" + i, false, List.of("account"), 0),
                    false,
                    null);
            service.replicas.add(new SimulatedParticipant(world, service, checker, nobody, Twin.RIGHT, Duration.ZERO));
            checker.watch(service);
            services.add(service);
            String header = new TransactionContext(
                            id, BranchId.INITIATOR.child(i + 1), World.START.plus(TIMEOUT), TIMEOUT, true)
                    .format();
            Plan plan = new Plan(service, Behaviour.WRITE, "account", i == 0 ? 1 : -1, Duration.ZERO, List.of());
            participant(i).work(header, plan, answer -> votes.addAll(BranchesHeader.parse(answer)));
        }
        boolean asking = requests == Requests.COMMIT_ASKING_FOR_A_VOTE_AND_ROLLBACK;
        List<Branch> set = votes.stream()
                .map(vote -> Branch.named(
                        vote.branch(),
                        vote.participant(),
                        vote.url(),
                        vote.ref(),
                        asking && vote.branch().value().equals("1") ? Vote.PENDING : vote.vote()))
                .toList();
        checker.requested(id, set);
        commit(instances.get(0), set);
        if (requests == Requests.COMMIT_TWICE) {
            commit(instances.get(1), set);
        } else {
            Instance other = instances.get(1);
            other.engine
                    .rollback(new Coordinator.Rollback(id, "wanted", set, Duration.ofSeconds(5), null))
                    .thenAccept(answer -> checker.told(Decision.ROLLBACK, answer));
        }
    }

    private void commit(Instance instance, List<Branch> set) {
        instance.engine
                .commit(new Coordinator.Commit(
                        id, null, World.START.plus(TIMEOUT), set, null, Duration.ofSeconds(5), null))
                .thenAccept((Answer answer) -> checker.told(Decision.COMMIT, answer));
    }

    private SimulatedParticipant participant(int index) {
        return services.get(index).replicas.get(0);
    }

    // ---- what can happen

    /** How many things can happen now; after the last one there is nothing. */
    int choices() {
        while (possible.isEmpty() && !over()) {
            if (++rounds > MAX_ROUNDS) {
                throw new Violation("I5 is violated: nothing happens any more, and it is not over: " + state());
            }
            timePasses();
        }
        // A crash after everything is over changes nothing that matters here.
        return possible.isEmpty() ? 0 : possible.size() + (mayCrash ? 4 : 0);
    }

    void choose(int choice) {
        if (choice >= possible.size()) {
            crash(choice - possible.size());
            return;
        }
        Event event = possible.remove(choice);
        if (event.asker >= 0 && event.reply) {
            Instance asker = instances.get(event.asker);
            if (asker.epoch == event.epoch) {
                asker.history.append(event.what).append(';');
                event.body.run();
            }
        } else {
            event.body.run();
        }
        RuntimeException wrong = checker.first();
        if (wrong != null) {
            throw wrong;
        }
    }

    private void crash(int which) {
        mayCrash = false;
        if (which < 2) {
            Instance killed = instances.get(which);
            // Its requests are on their way; nobody hears the replies.
            possible.removeIf(event -> event.reply && event.asker == which);
            killed.restart();
            return;
        }
        SimulatedParticipant killed = participant(which - 2);
        for (int i = 0; i < possible.size(); i++) {
            Event event = possible.get(i);
            if (event.reply && event.participant == which - 2 && event.failed != null) {
                possible.set(
                        i,
                        new Event(
                                event.what + " is lost",
                                event.asker,
                                event.epoch,
                                event.participant,
                                true,
                                null,
                                event.failed));
            }
        }
        killed.crash(Duration.ZERO);
        while (!killed.up()) {
            world.step();
        }
    }

    /** Nobody is doing anything: timers, a recovery pass at each instance, and the sweep of each participant. */
    private void timePasses() {
        now = now.plus(Duration.ofMinutes(1));
        for (Instance instance : instances) {
            instance.runTimers();
        }
        if (!possible.isEmpty()) {
            return;
        }
        for (Instance instance : instances) {
            instance.pass.run();
        }
        for (int i = 0; i < 2; i++) {
            int index = i;
            for (String gid : List.copyOf(services.get(i).database.inDoubt())) {
                BranchRef ref = new BranchRef(gid);
                BranchId branch = BranchId.INITIATOR.child(i + 1);
                Inquiry inquiry = new Inquiry(id, branch, ref, World.START.plus(TIMEOUT));
                // Each asks another one.
                instances
                        .get(i)
                        .engine
                        .inquire(services.get(i).database.participant, List.of(inquiry))
                        .thenAccept(answers -> answers.forEach(told -> obey(index, told)));
            }
        }
    }

    private void obey(int index, Inquired told) {
        checker.inquired(told);
        if (told.answer() == InquiryAnswer.COMMIT || told.answer() == InquiryAnswer.ROLLBACK) {
            Decision decision = told.answer() == InquiryAnswer.COMMIT ? Decision.COMMIT : Decision.ROLLBACK;
            participant(index).order(id, told.inquiry().branch(), told.inquiry().ref(), decision);
        }
    }

    private boolean over() {
        TransactionRecord row = register.row();
        return row != null
                && row.completedAt() != null
                && services.stream().allMatch(service -> service.database.quiet());
    }

    /** Whether it committed; both branches have to agree with what stands (I1). */
    boolean committed() {
        boolean commit = Objects.requireNonNull(register.row()).decision() == Decision.COMMIT;
        for (Service service : services) {
            if (!service.database.quiet() || (service.database.entries().size() == 1) != commit) {
                throw new Violation("I1 is violated: decided is " + (commit ? "COMMIT" : "ROLLBACK") + ", and "
                        + service.name + " has " + service.database.entries());
            }
        }
        return commit;
    }

    /**
     * What the future depends on. The log and the databases count by what they hold. A coordinator counts by what it has
     * heard, in this order: it is deterministic, so the same history means the same memory. Orders of events at different
     * places that lead to the same are thereby one state.
     */
    String state() {
        StringBuilder state =
                new StringBuilder(register.state()).append('|').append(rounds).append(mayCrash);
        for (Service service : services) {
            state.append('|')
                    .append(service.database.inDoubt().size())
                    .append(service.database.entries().size())
                    .append(service.database.worked(id, "1"))
                    .append(service.database.markerCount());
        }
        for (Instance instance : instances) {
            state.append('|').append(instance.epoch).append(instance.history);
        }
        possible.stream()
                .map(event -> event.what + event.epoch)
                .sorted()
                .forEach(what -> state.append('|').append(what));
        return state.toString();
    }

    // ---- a coordinator

    private final class Instance {

        final int number;
        final StringBuilder history = new StringBuilder();
        int epoch;
        TransactionCoordinator engine;
        RecoveryPass pass;
        private final List<Timer> timers = new ArrayList<>();

        private static final class Timer {
            final Instant at;
            final Runnable task;
            boolean cancelled;

            Timer(Instant at, Runnable task) {
                this.at = at;
                this.task = task;
            }
        }

        @SuppressWarnings("NullAway") // The rest is set by restart().
        Instance(int number) {
            this.number = number;
            epoch = -1;
            restart();
        }

        void restart() {
            epoch++;
            history.setLength(0);
            timers.clear();
            int incarnation = epoch;
            DecisionLog log = new Log(incarnation);
            engine = new TransactionCoordinator(
                    new EnginePorts(
                            log,
                            new Participants(incarnation),
                            new SilentListener(world.statistics, checker::heuristic),
                            (delay, task) -> {
                                Timer timer = new Timer(now.plus(delay), task);
                                timers.add(timer);
                                return () -> timer.cancelled = true;
                            },
                            () -> now,
                            new SplittableRandom(number)),
                    EngineSettings.defaults());
            pass = new RecoveryPass(log, engine, EngineSettings.defaults());
        }

        void runTimers() {
            List<Timer> due = timers.stream()
                    .filter(timer -> !timer.cancelled && !timer.at.isAfter(now))
                    .toList();
            timers.removeAll(due);
            due.forEach(timer -> {
                if (!timer.cancelled) {
                    timer.task.run();
                }
            });
        }

        /** Two events: what the call does, and that its caller hears of it. */
        private <T> CompletionStage<T> call(
                int incarnation,
                String what,
                int participant,
                @Nullable T lost,
                Supplier<T> effect,
                Function<T, String> told) {
            CompletableFuture<T> reply = new CompletableFuture<>();
            String name = number + " " + what;
            possible.add(new Event(name, number, incarnation, participant, false, null, () -> {
                T value = effect.get();
                if (epoch == incarnation) {
                    possible.add(new Event(
                            name + "=" + told.apply(value),
                            number,
                            incarnation,
                            participant,
                            true,
                            lost == null ? null : () -> reply.complete(lost),
                            () -> reply.complete(value)));
                }
            }));
            return reply;
        }

        private final class Participants implements ParticipantClient {

            private final int incarnation;

            Participants(int incarnation) {
                this.incarnation = incarnation;
            }

            @Override
            public boolean allowed(ParticipantName participant, @Nullable String url) {
                return true;
            }

            @Override
            public CompletionStage<VoteReply> prepare(
                    TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
                int index = index(branch);
                return call(
                        incarnation,
                        "prepare " + branch.id(),
                        index,
                        new VoteReply(null, "no reply", false),
                        () -> participant(index).prepare(transaction, branch.id(), branch.ref(), Duration.ZERO),
                        reply -> String.valueOf(reply.vote()));
            }

            @Override
            public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
                int index = index(branch);
                if (epoch == incarnation) {
                    checker.ordered(transaction, branch, decision);
                }
                return call(
                        incarnation,
                        decision + " " + branch.id(),
                        index,
                        new OrderReply(null, "no reply"),
                        () -> participant(index).order(transaction, branch.id(), branch.ref(), decision),
                        reply -> String.valueOf(reply.state()));
            }

            private int index(Branch branch) {
                return branch.participant().equals(services.get(0).database.participant) ? 0 : 1;
            }
        }

        private final class Log implements DecisionLog {

            private final int incarnation;

            Log(int incarnation) {
                this.incarnation = incarnation;
            }

            private CompletionStage<Reply> write(String what, Supplier<Reply> effect) {
                return call(incarnation, what, -1, null, effect, reply -> register.state());
            }

            @Override
            public CompletionStage<Reply> decide(Proposal proposal) {
                return write("decide " + proposal.decision(), () -> register.decide(proposal, now));
            }

            @Override
            public CompletionStage<Reply> record(Progress progress) {
                return note(
                        "record " + progress.complete() + progress.branches(), () -> register.record(progress, now));
            }

            @Override
            public CompletionStage<Reply> adopt(TransactionId transaction, List<Branch> branches) {
                return note("adopt", () -> register.adopt(branches));
            }

            /**
             * Effect and reply in one event. The reply is for the bookkeeping of the one who asked and for nobody else, so
             * what may come in between changes nothing; and who is killed in between has lost that book anyway.
             */
            private CompletionStage<Reply> note(String what, Supplier<Reply> effect) {
                CompletableFuture<Reply> reply = new CompletableFuture<>();
                String name = number + " " + what;
                possible.add(new Event(name, number, incarnation, -1, false, null, () -> {
                    Reply told = effect.get();
                    if (epoch == incarnation) {
                        history.append(name)
                                .append('=')
                                .append(register.state())
                                .append(';');
                        reply.complete(told);
                    }
                }));
                return reply;
            }

            @Override
            public CompletionStage<Reading> find(Collection<TransactionId> ids) {
                return call(incarnation, "find", -1, null, () -> register.find(now), reading -> register.state());
            }

            @Override
            public CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease) {
                return call(incarnation, "claim", -1, null, register::claim, claimed -> register.state());
            }

            @Override
            public CompletionStage<Reply> begin(NewTransaction transaction) {
                throw Register.notHere(transaction.id(), null);
            }

            @Override
            public CompletionStage<Reply> enlist(
                    TransactionId transaction, Branch branch, @Nullable TransactionToken token) {
                throw Register.notHere(transaction, null);
            }

            @Override
            public CompletionStage<Reply> close(
                    TransactionId transaction, @Nullable List<ExpectedBranch> expected, @Nullable String owner) {
                throw Register.notHere(transaction, expected);
            }

            @Override
            public CompletionStage<Reply> resolve(TransactionId transaction, String reason) {
                throw Register.notHere(transaction, null);
            }
        }
    }
}
