package io.assent.chaos.checker;

import org.jspecify.annotations.Nullable;

/**
 * The time for which a branch was in doubt, as seen in {@code pg_prepared_xacts}.
 *
 * @param ref the prepared transaction's name
 * @param bank where
 * @param prepared milliseconds since 1970
 * @param until when it was first seen to be gone; null: it never was
 */
public record DoubtSpell(
        String ref, String bank, long prepared, @Nullable Long until) {}
