package io.assent.chaos.proxy;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which messages a rule is about, and which of those that match: every one, the n-th or the first k. Every method returns
 * a narrower match. Patterns are found anywhere in what they are compared with. Immutable.
 *
 * <pre>{@code
 * Match.request().kind("^POST /v1/commits$").nth(2)
 * Match.reply().answering(Match.request().sql("^PREPARE TRANSACTION"))
 * }</pre>
 */
public final class Match {

    private final Direction direction;
    private final Predicate<Message> predicate;
    private final String description;
    private final @Nullable Protocol protocol;
    private final int from;
    private final int to;

    private Match(
            Direction direction,
            Predicate<Message> predicate,
            String description,
            @Nullable Protocol protocol,
            int from,
            int to) {
        this.direction = direction;
        this.predicate = predicate;
        this.description = description;
        this.protocol = protocol;
        this.from = from;
        this.to = to;
    }

    /** Every request. */
    public static Match request() {
        return new Match(Direction.REQUEST, message -> true, "request", null, 1, Integer.MAX_VALUE);
    }

    /** Every reply. */
    public static Match reply() {
        return new Match(Direction.REPLY, message -> true, "reply", null, 1, Integer.MAX_VALUE);
    }

    /** A {@linkplain Message#kind() kind} in which the pattern is found. */
    public Match kind(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return and(
                "of kind /" + pattern + "/",
                null,
                message -> compiled.matcher(message.kind()).find());
    }

    /** HTTP: {@code METHOD path}, such as {@code ^POST /v1/commits$}. */
    public Match path(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return and(
                "to /" + pattern + "/",
                Protocol.HTTP,
                message -> compiled.matcher(message.kind()).find());
    }

    /** HTTP: the body. */
    public Match body(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return and(
                "with body /" + pattern + "/",
                Protocol.HTTP,
                message -> compiled.matcher(message.text()).find());
    }

    /** HTTP: a header that is there and holds the pattern. */
    public Match header(String name, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return and(
                "with " + name + " /" + pattern + "/",
                Protocol.HTTP,
                message -> message.header(name)
                        .filter(value -> compiled.matcher(value).find())
                        .isPresent());
    }

    /** PostgreSQL: the executed statements, in any case of letters; also those of a named prepared statement. */
    public Match sql(String pattern) {
        Pattern compiled = Pattern.compile(pattern, Pattern.CASE_INSENSITIVE);
        return and(
                "with SQL /" + pattern + "/",
                Protocol.POSTGRES,
                message -> compiled.matcher(message.text()).find());
    }

    /** PostgreSQL: a value bound to the statements. */
    public Match value(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return and(
                "with value /" + pattern + "/",
                Protocol.POSTGRES,
                message -> message.values().stream()
                        .anyMatch(value -> compiled.matcher(value).find()));
    }

    /** PostgreSQL: a reply's command tag, or {@code ERROR} with its SQLSTATE. */
    public Match tag(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return and(
                "with tag /" + pattern + "/",
                Protocol.POSTGRES,
                message -> compiled.matcher(message.kind()).find());
    }

    /** A message that carries the id of this global transaction. */
    public Match transaction(String id) {
        return and(
                "of transaction " + id, null, message -> message.transactions().contains(id));
    }

    /** A reply whose request matches; which occurrence the other match asks for does not count. */
    public Match answering(Match request) {
        return and(
                "answering a " + request.description,
                request.protocol,
                message -> message.request().filter(request.predicate).isPresent());
    }

    /** Any other condition. */
    public Match where(String description, Predicate<Message> condition) {
        return and(description, null, condition);
    }

    /** Only the n-th that matches, from 1. */
    public Match nth(int n) {
        return occurrences(n, n);
    }

    /** Only the first k that match. */
    public Match first(int k) {
        return occurrences(1, k);
    }

    private Match occurrences(int first, int last) {
        if (first < 1 || last < 1) {
            throw new IllegalArgumentException("Matches are counted from 1: " + first + ".." + last);
        }
        return new Match(direction, predicate, description, protocol, first, last);
    }

    private Match and(String what, @Nullable Protocol needs, Predicate<Message> condition) {
        if (protocol != null && needs != null && protocol != needs) {
            throw new IllegalArgumentException("No message is both " + description + " and " + what + ": one is for "
                    + protocol + ", one for " + needs);
        }
        return new Match(
                direction,
                predicate.and(condition),
                description + " " + what,
                protocol == null ? needs : protocol,
                from,
                to);
    }

    Direction direction() {
        return direction;
    }

    /** The protocol that its conditions need; null if they fit every one. */
    @Nullable
    Protocol protocol() {
        return protocol;
    }

    boolean matches(Message message) {
        return message.direction() == direction && predicate.test(message);
    }

    /** Whether the n-th message that matches is meant. */
    boolean means(int n, int further) {
        return n >= from && n <= (long) to + further;
    }

    @Override
    public String toString() {
        if (to == Integer.MAX_VALUE) {
            return "every " + description;
        }
        return description + (from == to ? ", number " + from : ", the first " + to);
    }
}
