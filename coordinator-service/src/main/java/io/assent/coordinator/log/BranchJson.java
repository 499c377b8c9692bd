package io.assent.coordinator.log;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.assent.coordinator.engine.DecisionLog.BranchProgress;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.Vote;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How branches lie in a row. Ignores members that a newer version added (rolling upgrades). What is false, 0 or null is
 * left out. Free text is cut and made storable here, since PostgreSQL refuses NUL and the driver unpaired surrogates, and
 * what a participant sent in an error must never keep a batch from being written.
 */
final class BranchJson {

    private static final int MAX_TEXT = 1_000;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private BranchJson() {}

    /** @param proposed with COMMIT those that voted PREPARED are its members (R2) */
    static String write(List<Branch> branches, @Nullable Decision proposed) {
        return MAPPER.writeValueAsString(branches.stream()
                .map(branch -> stored(
                        branch,
                        proposed == null
                                ? branch.member()
                                : proposed == Decision.COMMIT && branch.vote() == Vote.PREPARED))
                .toList());
    }

    /**
     * @param decision a member is one of a COMMIT only
     * @param otherwiseEnlistedAt for those that came with the decision
     * @throws UnreadableRowException if this is not a list of branches
     */
    static List<Branch> read(String json, @Nullable Decision decision, @Nullable Instant otherwiseEnlistedAt) {
        try {
            return MAPPER.readValue(json, new TypeReference<List<StoredBranch>>() {}).stream()
                    .map(stored -> stored.branch(decision, otherwiseEnlistedAt))
                    .toList();
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            throw new UnreadableRowException("its branches cannot be read: " + e.getMessage(), e);
        }
    }

    static String writeExpected(List<ExpectedBranch> expected) {
        return MAPPER.writeValueAsString(expected.stream()
                .map(e -> new StoredExpected(e.id().value(), value(e.ref())))
                .toList());
    }

    static List<ExpectedBranch> readExpected(String json) {
        try {
            return MAPPER.readValue(json, new TypeReference<List<StoredExpected>>() {}).stream()
                    .map(e -> new ExpectedBranch(new BranchId(e.id()), ref(e.ref())))
                    .toList();
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            throw new UnreadableRowException("what it expects cannot be read: " + e.getMessage(), e);
        }
    }

    static String writeProgress(List<BranchProgress> progress) {
        return MAPPER.writeValueAsString(progress.stream()
                .map(p -> new StoredProgress(
                        p.id().value(),
                        value(p.ref()),
                        p.state(),
                        p.acknowledged() ? true : null,
                        p.attempts() == 0 ? null : p.attempts(),
                        text(p.lastError())))
                .toList());
    }

    /** Free text as it can be stored: at most 1,000 characters, every character a Unicode scalar value but NUL. */
    static @Nullable String text(@Nullable String text) {
        if (text == null) {
            return null;
        }
        StringBuilder storable = new StringBuilder(Math.min(text.length(), MAX_TEXT));
        text.codePoints()
                .limit(MAX_TEXT)
                .map(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) ? 0xFFFD : c)
                .forEach(storable::appendCodePoint);
        return storable.toString();
    }

    private static StoredBranch stored(Branch branch, boolean member) {
        return new StoredBranch(
                branch.id().value(),
                branch.participant().value(),
                text(branch.url()),
                value(branch.ref()),
                branch.vote(),
                member ? true : null,
                branch.state(),
                branch.acknowledged() ? true : null,
                branch.attempts() == 0 ? null : branch.attempts(),
                text(branch.lastError()),
                branch.enlistedAt(),
                branch.acknowledgedAt());
    }

    private static @Nullable String value(@Nullable BranchRef ref) {
        return ref == null ? null : ref.value();
    }

    private static @Nullable BranchRef ref(@Nullable String value) {
        return value == null ? null : new BranchRef(value);
    }

    private record StoredBranch(
            String id,
            String participant,
            @Nullable String url,
            @Nullable String ref,
            Vote vote,
            @Nullable Boolean member,
            @Nullable BranchState state,
            @Nullable Boolean acknowledged,
            @Nullable Integer attempts,
            @Nullable String lastError,
            @Nullable Instant enlistedAt,
            @Nullable Instant acknowledgedAt) {

        StoredBranch {
            if (vote == null) {
                throw new IllegalArgumentException("a branch without a vote");
            }
        }

        Branch branch(@Nullable Decision decision, @Nullable Instant otherwiseEnlistedAt) {
            return new Branch(
                    new BranchId(id),
                    new ParticipantName(participant),
                    url,
                    BranchJson.ref(ref),
                    vote,
                    decision == Decision.COMMIT && Boolean.TRUE.equals(member),
                    state,
                    Boolean.TRUE.equals(acknowledged),
                    attempts == null ? 0 : attempts,
                    lastError,
                    enlistedAt == null ? otherwiseEnlistedAt : enlistedAt,
                    acknowledgedAt);
        }
    }

    private record StoredExpected(String id, @Nullable String ref) {}

    private record StoredProgress(
            String id,
            @Nullable String ref,
            @Nullable BranchState state,
            @Nullable Boolean acknowledged,
            @Nullable Integer attempts,
            @Nullable String lastError) {}
}
