package io.assent.chaos.points;

import io.assent.chaos.proxy.Direction;
import io.assent.chaos.proxy.Match;
import io.assent.chaos.proxy.Protocol;
import java.util.List;
import java.util.stream.Stream;

/**
 * A message of the protocol between two processes, in one direction.
 *
 * @param name such as {@code decision} for the request and {@code acknowledgement} for its reply
 * @param pair whose link it is on
 * @param flow in which it exists
 * @param from a pattern for the names of those who send the request
 * @param to a pattern for the names of those who are sent it
 * @param request which requests
 * @param direction whether the request is meant or its reply
 * @param ordersLost whether it comes only when the coordinators' orders do not arrive
 */
record FaultyMessage(
        String name,
        String pair,
        Flow flow,
        String from,
        String to,
        Match request,
        Direction direction,
        boolean ordersLost) {

    private static final String COORDINATORS = "coordinator-[0-9]+";
    private static final String BANK = "bank-2";
    private static final String INITIATOR = "bank-1";

    /** Every message of the protocol, in both directions. */
    static List<FaultyMessage> all() {
        return Stream.of(
                        http(
                                "work call",
                                "vote",
                                "initiator-participant",
                                Flow.COLLECTED,
                                INITIATOR,
                                BANK,
                                "^POST /entries$"),
                        http(
                                "begin",
                                "begun",
                                "initiator-coordinator",
                                Flow.ENLISTED,
                                "client",
                                COORDINATORS,
                                "^POST /v1/transactions$"),
                        http(
                                "commit request",
                                "commit answer",
                                "initiator-coordinator",
                                Flow.COLLECTED,
                                INITIATOR,
                                COORDINATORS,
                                "^POST /v1/(commits|transactions/[^/]+/commit)$"),
                        http(
                                "enlist",
                                "enlisted",
                                "participant-coordinator",
                                Flow.ENLISTED,
                                BANK,
                                COORDINATORS,
                                "^POST /v1/transactions/[^/]+/branches$"),
                        both(
                                "inquiry",
                                "inquiry answer",
                                "participant-coordinator",
                                Flow.COLLECTED,
                                BANK,
                                COORDINATORS,
                                Match.request().path("^POST /v1/inquiries$"),
                                true),
                        http(
                                "prepare",
                                "late vote",
                                "coordinator-participant",
                                Flow.ENLISTED,
                                COORDINATORS,
                                BANK,
                                "/assent/v1/prepare$"),
                        http(
                                "decision",
                                "acknowledgement",
                                "coordinator-participant",
                                Flow.COLLECTED,
                                COORDINATORS,
                                BANK,
                                "/assent/v1/decisions$"),
                        log("log begin", Flow.ENLISTED, "^\\s*insert into assent_transaction"),
                        log("log enlist", Flow.ENLISTED, "^\\s*update assent_transaction t\\s+set branches"),
                        log("log decide", Flow.COLLECTED, "proposed as materialized"),
                        log("log progress", Flow.COLLECTED, "item as materialized"),
                        database("update", "^update account"),
                        database("prepare transaction", "^prepare transaction"),
                        database("commit prepared", "^commit prepared"))
                .flatMap(List::stream)
                .toList();
    }

    Protocol protocol() {
        return to.endsWith("-postgres") ? Protocol.POSTGRES : Protocol.HTTP;
    }

    Match match(Subject subject) {
        Match match = direction == Direction.REQUEST ? request : Match.reply().answering(request);
        return match.where("of " + subject.transfer(), subject::isAbout);
    }

    /** Its name as an argument: {@code enlist}, {@code reply-to-log-decide}. */
    String id() {
        return name.replace(' ', '-');
    }

    private static List<FaultyMessage> http(
            String request, String reply, String pair, Flow flow, String from, String to, String path) {
        return both(request, reply, pair, flow, from, to, Match.request().path(path), false);
    }

    private static List<FaultyMessage> log(String name, Flow flow, String sql) {
        return both(
                name,
                "reply to " + name,
                "coordinator-log",
                flow,
                COORDINATORS,
                "log-postgres",
                Match.request().sql(sql),
                false);
    }

    private static List<FaultyMessage> database(String name, String sql) {
        return both(
                name,
                "reply to " + name,
                "participant-database",
                Flow.COLLECTED,
                BANK,
                "bank-postgres",
                Match.request().sql(sql),
                false);
    }

    private static List<FaultyMessage> both(
            String request,
            String reply,
            String pair,
            Flow flow,
            String from,
            String to,
            Match match,
            boolean ordersLost) {
        return List.of(
                new FaultyMessage(request, pair, flow, from, to, match, Direction.REQUEST, ordersLost),
                new FaultyMessage(reply, pair, flow, from, to, match, Direction.REPLY, ordersLost));
    }
}
