package io.assent.participant.postgres;

import java.sql.SQLException;

/**
 * What a branch has besides its main database: second databases, a broker. Prepared before the main database and ended before
 * it, so that the main database alone tells whether the branch is prepared, and its marker that all of it has committed.
 */
public interface OtherResources {

    /** There are none. */
    OtherResources NONE = new OtherResources() {
        @Override
        public boolean wrote() {
            return false;
        }

        @Override
        public void prepare() {}

        @Override
        public void rollBack() {}
    };

    /**
     * Whether any of them has to be prepared.
     *
     * @throws SQLException also if an earlier statement in one of them failed (L7)
     */
    boolean wrote() throws SQLException;

    /**
     * Prepares those that were written to; returns when all are prepared durably.
     *
     * @throws SQLException if one of them is not, as far as is known
     */
    void prepare() throws SQLException;

    /**
     * Rolls back what {@link #prepare()} has prepared, as far as possible: what remains is rolled back by order or by the
     * sweep. Called only when it is certain that the main database is not and will not be prepared.
     */
    void rollBack();
}
