package io.assent.chaos.points;

import io.assent.chaos.proxy.Match;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A place at which a process dies or is paused: exactly before or after one message between it and another process. Each
 * lies at a process boundary, so that nothing in the product knows of them.
 *
 * @param name as in the specification
 * @param victim who dies; {@link #COORDINATOR} means the one at the end of the link where it happened
 * @param flow in which the point exists
 * @param exists for which votes and branches it exists
 * @param from a pattern for the names of those who send the request of the message
 * @param to a pattern for the names of those who are sent it
 * @param message which messages; counted over all links that fit
 * @param whose which transaction's messages
 * @param moment before it is handed on, or when its reply has arrived
 * @param occurrence the k-th such message, from 1
 * @param prelude what has to go wrong before, so that the point is reached
 */
public record CrashPoint(
        String name,
        String victim,
        Flow flow,
        Predicate<Shape> exists,
        String from,
        String to,
        Match message,
        Whose whose,
        Moment moment,
        int occurrence,
        Prelude prelude) {

    /** Whose messages are counted. */
    public enum Whose {
        /** Those that carry the transaction's id or name. */
        SUBJECT,
        /** Those that carry nothing, on a connection on which it was worked before. */
        ITS_CONNECTION,
        /** All. */
        ANYBODY
    }

    /** When the trigger runs. */
    public enum Moment {
        BEFORE,
        /** When the request was handed on and its reply has arrived and was not handed on. */
        AFTER_REPLY
    }

    /** What happens first. */
    public enum Prelude {
        NONE,
        /** The coordinator dies between the decision and the first order, and stays dead until the end. */
        COORDINATOR_DEAD_AFTER_DECISION,
        /** Orders of the coordinators to {@code bank-2} are lost, so that it has to inquire. */
        ORDERS_LOST
    }

    /** Whichever coordinator has the transaction: banks stay with the one that answered last. */
    static final String COORDINATOR = "coordinator";

    private static final String COORDINATORS = "coordinator-[0-9]+";
    private static final String BANK = "bank-2";
    private static final String INITIATOR = "bank-1";
    private static final String LOG = "log-postgres";
    private static final String DATABASE = "bank-postgres";

    private static final Match BEGIN = Match.request().sql("^\\s*insert into assent_transaction");
    private static final Match ENLIST = Match.request().sql("^\\s*update assent_transaction t\\s+set branches");
    private static final Match DECIDE = Match.request().sql("proposed as materialized");
    private static final Match PROGRESS = Match.request().sql("item as materialized");
    private static final Match CLAIM = Match.reply().answering(Match.request().sql("^\\s*with due as"));
    private static final Match FORGET = Match.request().sql("^\\s*select c\\.relname, i\\.inhrelid is not null");
    private static final Match PREPARE_ORDER = Match.request().path("/assent/v1/prepare$");
    private static final Match ORDER = Match.request().path("/assent/v1/decisions$");
    private static final Match COMMIT_REQUEST =
            Match.request().path("^POST /v1/(commits|transactions/[^/]+/(commit|rollback))$");
    private static final Match WORK = Match.request().path("^POST /entries$");
    private static final Match INQUIRY = Match.request().path("^POST /v1/inquiries$");
    private static final Match UPDATE = Match.request().sql("^update account");
    private static final Match INSERT = Match.request().sql("^insert into entry");
    private static final Match PREPARE = Match.request().sql("^prepare transaction");
    private static final Match END = Match.request().sql("^(commit|rollback) prepared");
    private static final Match ROLLBACK = Match.request().kind("^ROLLBACK$");
    private static final Match CLEANUP = Match.request().sql("^\\s*delete from assent_branch_marker");

    private static final Predicate<Shape> ALWAYS = shape -> true;
    private static final Predicate<Shape> ALL_YES = shape -> shape.votes() == Votes.ALL_YES;
    private static final Predicate<Shape> ALL_YES_AT_TWO =
            shape -> shape.votes() == Votes.ALL_YES && shape.branches() > 1;

    /** Every point of the specification. */
    public static List<CrashPoint> all() {
        return List.of(
                coordinator("coordinator-before-begin", Flow.ENLISTED, ALWAYS, BEGIN, Moment.BEFORE),
                coordinator("coordinator-after-begin", Flow.ENLISTED, ALWAYS, BEGIN, Moment.AFTER_REPLY),
                coordinator("coordinator-before-enlist", Flow.ENLISTED, Shape::anyPrepared, ENLIST, Moment.BEFORE),
                coordinator("coordinator-after-enlist", Flow.ENLISTED, Shape::anyPrepared, ENLIST, Moment.AFTER_REPLY),
                outgoing("coordinator-before-the-first-prepare", Flow.ENLISTED, ALL_YES, PREPARE_ORDER, 1),
                outgoing("coordinator-after-1-of-n-prepares", Flow.ENLISTED, ALL_YES_AT_TWO, PREPARE_ORDER, 2),
                outgoing(
                        "coordinator-after-1-vote",
                        Flow.ENLISTED,
                        ALL_YES_AT_TWO,
                        Match.reply().answering(PREPARE_ORDER),
                        2),
                coordinator(
                        "coordinator-all-votes-before-decide",
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        DECIDE,
                        Moment.BEFORE),
                coordinator(
                        "coordinator-enlisted-before-decide", Flow.ENLISTED, Shape::anyPrepared, DECIDE, Moment.BEFORE),
                coordinator(
                        "coordinator-decide-sent-reply-unread",
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        DECIDE,
                        Moment.AFTER_REPLY),
                outgoing("coordinator-decided-before-any-order", Flow.COLLECTED, Shape::anyPrepared, ORDER, 1),
                outgoing("coordinator-after-1-of-n-orders", Flow.COLLECTED, Shape::twoBanksPrepared, ORDER, 2),
                outgoing(
                        "coordinator-1-acknowledgement-before-it-is-recorded",
                        Flow.COLLECTED,
                        Shape::twoBanksPrepared,
                        Match.reply().answering(ORDER),
                        2),
                coordinator(
                        "coordinator-all-acknowledged-before-completion",
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        PROGRESS,
                        Moment.BEFORE),
                coordinator("coordinator-completed", Flow.COLLECTED, Shape::anyPrepared, PROGRESS, Moment.AFTER_REPLY),
                point(
                        "coordinator-completed-before-the-reply",
                        COORDINATOR,
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        INITIATOR,
                        COORDINATORS,
                        Match.reply().answering(COMMIT_REQUEST)),
                new CrashPoint(
                        "coordinator-in-a-recovery-pass-after-the-claim",
                        COORDINATOR,
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        COORDINATORS,
                        LOG,
                        CLAIM,
                        Whose.SUBJECT,
                        Moment.BEFORE,
                        1,
                        Prelude.COORDINATOR_DEAD_AFTER_DECISION),
                new CrashPoint(
                        "coordinator-during-cleanup",
                        COORDINATOR,
                        Flow.COLLECTED,
                        ALWAYS,
                        COORDINATORS,
                        LOG,
                        FORGET,
                        Whose.ANYBODY,
                        Moment.AFTER_REPLY,
                        1,
                        Prelude.NONE),
                participant("participant-before-business-write", Flow.COLLECTED, ALWAYS, UPDATE, Moment.BEFORE),
                participant("participant-after-business-write", Flow.COLLECTED, ALWAYS, INSERT, Moment.AFTER_REPLY),
                participant("participant-before-prepare", Flow.COLLECTED, Shape::anyPrepared, PREPARE, Moment.BEFORE),
                participant(
                        "participant-between-enlist-and-prepare",
                        Flow.ENLISTED,
                        Shape::anyPrepared,
                        PREPARE,
                        Moment.BEFORE),
                participant(
                        "participant-prepared-vote-not-sent",
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        PREPARE,
                        Moment.AFTER_REPLY),
                participant(
                        "participant-enlisted-prepared-vote-not-sent",
                        Flow.ENLISTED,
                        Shape::anyPrepared,
                        PREPARE,
                        Moment.AFTER_REPLY),
                point("participant-in-doubt-idle", BANK, Flow.COLLECTED, Shape::anyPrepared, COORDINATORS, LOG, DECIDE),
                participant(
                        "participant-decision-received-before-commit-prepared",
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        END,
                        Moment.BEFORE),
                participant(
                        "participant-committed-before-the-reply",
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        END,
                        Moment.AFTER_REPLY),
                inquiry("participant-in-its-own-inquiry", Moment.BEFORE),
                inquiry("participant-inquiry-answered", Moment.AFTER_REPLY),
                new CrashPoint(
                        "participant-in-a-rollback-before-prepare",
                        BANK,
                        Flow.COLLECTED,
                        shape -> shape.votes() == Votes.ONE_NO && shape.branches() == 1,
                        BANK,
                        DATABASE,
                        ROLLBACK,
                        Whose.ITS_CONNECTION,
                        Moment.BEFORE,
                        1,
                        Prelude.NONE),
                new CrashPoint(
                        "participant-in-its-cleanup",
                        BANK,
                        Flow.COLLECTED,
                        ALWAYS,
                        BANK,
                        DATABASE,
                        CLEANUP,
                        Whose.ANYBODY,
                        Moment.BEFORE,
                        1,
                        Prelude.NONE),
                new CrashPoint(
                        "initiator-between-branches",
                        INITIATOR,
                        Flow.COLLECTED,
                        shape -> shape.branches() > 1,
                        INITIATOR,
                        BANK,
                        WORK,
                        Whose.SUBJECT,
                        Moment.AFTER_REPLY,
                        1,
                        Prelude.NONE),
                point(
                        "initiator-before-the-commit-request",
                        INITIATOR,
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        INITIATOR,
                        COORDINATORS,
                        COMMIT_REQUEST),
                point(
                        "initiator-commit-sent",
                        INITIATOR,
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        COORDINATORS,
                        LOG,
                        DECIDE),
                new CrashPoint(
                        "initiator-reply-lost",
                        INITIATOR,
                        Flow.COLLECTED,
                        Shape::anyPrepared,
                        INITIATOR,
                        COORDINATORS,
                        COMMIT_REQUEST,
                        Whose.SUBJECT,
                        Moment.AFTER_REPLY,
                        1,
                        Prelude.NONE));
    }

    /** Every transaction in which the point exists. */
    public List<Shape> shapes() {
        return Stream.of(Votes.values())
                .flatMap(votes -> Stream.of(1, 2, 5).map(branches -> new Shape(flow, votes, branches)))
                .filter(exists)
                .toList();
    }

    private static CrashPoint coordinator(
            String name, Flow flow, Predicate<Shape> exists, Match message, Moment moment) {
        return new CrashPoint(
                name, COORDINATOR, flow, exists, COORDINATORS, LOG, message, Whose.SUBJECT, moment, 1, Prelude.NONE);
    }

    private static CrashPoint outgoing(String name, Flow flow, Predicate<Shape> exists, Match message, int occurrence) {
        return new CrashPoint(
                name,
                COORDINATOR,
                flow,
                exists,
                COORDINATORS,
                "bank-[0-9]+",
                message,
                Whose.SUBJECT,
                Moment.BEFORE,
                occurrence,
                Prelude.NONE);
    }

    private static CrashPoint participant(
            String name, Flow flow, Predicate<Shape> exists, Match message, Moment moment) {
        return new CrashPoint(
                name, BANK, flow, exists, BANK, DATABASE, message, Whose.SUBJECT, moment, 1, Prelude.NONE);
    }

    private static CrashPoint inquiry(String name, Moment moment) {
        return new CrashPoint(
                name,
                BANK,
                Flow.COLLECTED,
                ALL_YES,
                BANK,
                COORDINATORS,
                INQUIRY,
                Whose.SUBJECT,
                moment,
                1,
                Prelude.ORDERS_LOST);
    }

    private static CrashPoint point(
            String name, String victim, Flow flow, Predicate<Shape> exists, String from, String to, Match message) {
        return new CrashPoint(
                name, victim, flow, exists, from, to, message, Whose.SUBJECT, Moment.BEFORE, 1, Prelude.NONE);
    }

    Match match(Subject subject) {
        return switch (whose) {
            case SUBJECT -> message.where("of " + subject.transfer(), subject::isAbout);
            case ITS_CONNECTION -> message.where("beside " + subject.transfer(), subject::isOnItsConnection);
            case ANYBODY -> message;
        };
    }

    /** Whatever makes a coordinator take the transaction up. */
    static Match questions(Subject subject) {
        return Match.request()
                .path("^POST /v1/(commits|inquiries|transactions/)")
                .where("of " + subject.transfer(), subject::isAbout);
    }

    static Match orders(Subject subject) {
        return ORDER.where("of " + subject.transfer(), subject::isAbout);
    }

    @Override
    public String toString() {
        return name;
    }
}
