package io.assent.protocol.header;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.greenbytes.http.sfv.BooleanItem;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.IntegerItem;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.StringItem;
import org.jspecify.annotations.Nullable;

/**
 * The request header {@value #NAME}: the transaction that a call belongs to.
 *
 * @param id the transaction
 * @param branch the name that the caller gives to the callee's branch
 * @param deadline the transaction's deadline by its starter's clock, in whole milliseconds; shown to people and passed
 *     on, while waiting goes by {@code remaining} (R10)
 * @param remaining the time left when the request was sent, in whole milliseconds, not negative
 * @param collect whether votes travel back in the response; otherwise the callee enlists at the coordinator
 * @param token what the callee needs to enlist; null in the collected flow, and where the transaction has none
 */
public record TransactionContext(
        TransactionId id,
        BranchId branch,
        Instant deadline,
        Duration remaining,
        boolean collect,
        @Nullable TransactionToken token) {

    /** The header's name. */
    public static final String NAME = "Assent-Transaction";

    /** Longer values are refused before they are read. */
    public static final int MAX_LENGTH = 512;

    /** The largest integer of RFC 9651, 15 digits. */
    private static final long MAX_INTEGER = 999_999_999_999_999L;

    public TransactionContext {
        if (deadline.toEpochMilli() < 0 || deadline.toEpochMilli() > MAX_INTEGER) {
            throw new IllegalArgumentException("deadline out of range: " + deadline);
        }
        if (remaining.isNegative() || remaining.toMillis() > MAX_INTEGER) {
            throw new IllegalArgumentException("remaining out of range: " + remaining);
        }
    }

    /** Without a token. */
    public TransactionContext(
            TransactionId id, BranchId branch, Instant deadline, Duration remaining, boolean collect) {
        this(id, branch, deadline, remaining, collect, null);
    }

    /** The header's value. */
    public String format() {
        Map<String, ListElement<?>> members = new LinkedHashMap<>();
        members.put("id", StringItem.valueOf(id.toString()));
        members.put("branch", StringItem.valueOf(branch.value()));
        members.put("deadline", IntegerItem.valueOf(deadline.toEpochMilli()));
        members.put("remaining", IntegerItem.valueOf(remaining.toMillis()));
        if (collect) {
            members.put("collect", BooleanItem.valueOf(true));
        }
        if (token != null) {
            members.put("token", StringItem.valueOf(token.value()));
        }
        return Dictionary.valueOf(members).serialize();
    }

    /**
     * Reads the header's value. Unknown members are ignored (rolling upgrades).
     *
     * @throws IllegalArgumentException with a message for the caller, if it is not well formed
     */
    public static TransactionContext parse(String text) {
        Map<String, ListElement<?>> members = Sfv.dictionary(NAME, text, MAX_LENGTH);
        return new TransactionContext(
                TransactionId.parse(required(members, "id", StringItem.class).get()),
                new BranchId(required(members, "branch", StringItem.class).get()),
                Instant.ofEpochMilli(
                        required(members, "deadline", IntegerItem.class).getAsLong()),
                Duration.ofMillis(
                        required(members, "remaining", IntegerItem.class).getAsLong()),
                flag(members),
                token(members));
    }

    private static @Nullable TransactionToken token(Map<String, ListElement<?>> members) {
        return members.containsKey("token")
                ? new TransactionToken(
                        required(members, "token", StringItem.class).get())
                : null;
    }

    private static boolean flag(Map<String, ListElement<?>> members) {
        ListElement<?> flag = members.get("collect");
        if (flag == null) {
            return false;
        }
        if (!(flag instanceof BooleanItem item)) {
            throw new IllegalArgumentException(NAME + ": collect is not a boolean");
        }
        return item.get();
    }

    private static <T> T required(Map<String, ListElement<?>> members, String name, Class<T> type) {
        @Nullable ListElement<?> member = members.get(name);
        if (!type.isInstance(member)) {
            throw new IllegalArgumentException(
                    NAME + ": " + name + (member == null ? " is missing" : " has a wrong type"));
        }
        return type.cast(member);
    }
}
