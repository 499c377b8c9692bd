package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * A branch as initiators and participants name it to the coordinator: body of enlist, member of commit and rollback.
 *
 * @param branch path of numbers; mandatory
 * @param participant name; mandatory
 * @param url base address of the participant endpoints; null if configured at the coordinator
 * @param ref the execution; null only in a rollback request, when the caller never learned it
 * @param vote PREPARED, READ_ONLY, ROLLBACK or PENDING; null means PENDING
 * @param reason why it voted ROLLBACK, for people, or null
 */
public record BranchMessage(
        @Nullable String branch,
        @Nullable String participant,
        @Nullable String url,
        @Nullable String ref,
        @Nullable String vote,
        @Nullable String reason) {}
