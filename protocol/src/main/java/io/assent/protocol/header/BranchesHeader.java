package io.assent.protocol.header;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.Vote;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.greenbytes.http.sfv.Item;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.OuterList;
import org.greenbytes.http.sfv.Parameters;
import org.greenbytes.http.sfv.StringItem;
import org.greenbytes.http.sfv.TokenItem;
import org.jspecify.annotations.Nullable;

/** The response header {@value #NAME}: the branches that a call has added to the transaction, with their votes. */
public final class BranchesHeader {

    /** The header's name. */
    public static final String NAME = "Assent-Branches";

    /** How many branches one response may carry. */
    public static final int MAX_BRANCHES = 25;

    /** How long a branch's URL may be, in characters. */
    public static final int MAX_URL_LENGTH = 256;

    /** How long a reason may be, in characters; a longer one is cut when it is written. */
    public static final int MAX_REASON_LENGTH = 128;

    /** Longer values are refused before they are read. */
    public static final int MAX_LENGTH = MAX_BRANCHES * 900;

    private static final Map<Vote, String> TOKENS = Map.of(
            Vote.PREPARED, "prepared", Vote.READ_ONLY, "read-only", Vote.ROLLBACK, "rollback", Vote.PENDING, "pending");

    private BranchesHeader() {}

    /**
     * The header's value.
     *
     * @throws IllegalArgumentException if there are more than {@value #MAX_BRANCHES} branches or one is listed twice
     */
    public static String format(List<BranchVote> branches) {
        check(branches);
        List<ListElement<?>> elements = new ArrayList<>();
        for (BranchVote branch : branches) {
            Map<String, Object> parameters = new LinkedHashMap<>();
            parameters.put("participant", branch.participant().value());
            if (branch.url() != null) {
                parameters.put("url", branch.url());
            }
            parameters.put("vote", TokenItem.valueOf(TOKENS.get(branch.vote())));
            if (branch.ref() != null) {
                parameters.put("ref", branch.ref().value());
            }
            if (branch.reason() != null) {
                parameters.put("reason", ascii(branch.reason()));
            }
            elements.add(StringItem.valueOf(branch.branch().value()).withParams(Parameters.valueOf(parameters)));
        }
        return OuterList.valueOf(elements).serialize();
    }

    /**
     * Reads the header's value. Unknown parameters are ignored (rolling upgrades).
     *
     * @throws IllegalArgumentException with a message for the log, if it is not well formed: then it is no vote (R2)
     */
    public static List<BranchVote> parse(String text) {
        List<BranchVote> branches = new ArrayList<>();
        int known = 0;
        for (ListElement<?> element : Sfv.list(NAME, text, MAX_LENGTH)) {
            if (!(element instanceof StringItem item)) {
                throw new IllegalArgumentException(NAME + ": a branch is a string");
            }
            Parameters parameters = item.getParams();
            known += parameters.size();
            String ref = text(parameters, "ref", BranchRef.MAX_LENGTH);
            String participant = text(parameters, "participant", 63);
            if (participant == null) {
                throw new IllegalArgumentException(NAME + ": branch " + item.get() + " has no participant");
            }
            branches.add(new BranchVote(
                    new BranchId(item.get()),
                    new ParticipantName(participant),
                    text(parameters, "url", MAX_URL_LENGTH),
                    vote(item.get(), parameters),
                    ref == null ? null : new BranchRef(ref),
                    text(parameters, "reason", MAX_REASON_LENGTH)));
        }
        Sfv.checkGivenOnce(NAME, known, Sfv.count(text, ';'));
        check(branches);
        return List.copyOf(branches);
    }

    /** Structured fields hold ASCII only; the reason is for people, so the rest is shown as question marks. */
    private static String ascii(String reason) {
        String cut = reason.length() > MAX_REASON_LENGTH ? reason.substring(0, MAX_REASON_LENGTH) : reason;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static void check(List<BranchVote> branches) {
        if (branches.size() > MAX_BRANCHES) {
            throw new IllegalArgumentException(
                    NAME + ": " + branches.size() + " branches, the limit is " + MAX_BRANCHES + " in one response");
        }
        Sfv.checkDistinct(
                NAME, branches.stream().map(branch -> branch.branch().value()).toList());
    }

    private static Vote vote(String branch, Parameters parameters) {
        if (parameters.get("vote") instanceof TokenItem token) {
            for (Map.Entry<Vote, String> entry : TOKENS.entrySet()) {
                if (entry.getValue().equals(token.get())) {
                    return entry.getKey();
                }
            }
        }
        throw new IllegalArgumentException(NAME + ": branch " + branch + " has no vote that is known");
    }

    private static @Nullable String text(Parameters parameters, String name, int maxLength) {
        @Nullable Item<?> item = parameters.get(name);
        if (item == null) {
            return null;
        }
        if (!(item instanceof StringItem string)) {
            throw new IllegalArgumentException(NAME + ": " + name + " is not a string");
        }
        if (string.get().length() > maxLength) {
            throw new IllegalArgumentException(NAME + ": " + name + " is longer than " + maxLength + " characters");
        }
        return string.get();
    }
}
