package io.assent.participant.postgres;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What PostgreSQL's error codes say here. Messages are for people, never for decisions. */
final class SqlStates {

    static final String UNIQUE_VIOLATION = "23505";
    static final String LOCK_NOT_AVAILABLE = "55P03";
    static final String UNDEFINED_OBJECT = "42704";
    static final String DUPLICATE_OBJECT = "42710";
    static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";
    static final String FEATURE_NOT_SUPPORTED = "0A000";
    static final String READ_ONLY_SQL_TRANSACTION = "25006";
    static final String IN_FAILED_TRANSACTION = "25P02";
    static final String TRANSACTION_RESOLUTION_UNKNOWN = "08007";

    private SqlStates() {}

    /**
     * Whether the error proves that COMMIT or PREPARE TRANSACTION left nothing: the server answered, and what it answered
     * ends the transaction. Everything else, class 08 and 57P0x above all, is a lost reply: look.
     */
    static boolean provesRolledBack(SQLException e) {
        String state = e.getSQLState();
        if (state == null || state.length() != 5 || state.equals(DUPLICATE_OBJECT)) {
            return false;
        }
        return switch (state.substring(0, 2)) {
            // Feature, integrity, transaction state, rollback (deadlock, serialization), resources, object state, data.
            case "0A", "22", "23", "25", "40", "42", "53", "55" -> true;
            default -> false;
        };
    }

    static boolean is(SQLException e, String state) {
        return state.equals(e.getSQLState());
    }

    static String describe(SQLException e) {
        @Nullable String message = e.getMessage();
        return "SQLSTATE " + e.getSQLState() + ", "
                + (message == null ? "no message" : message.lines().findFirst().orElse(""));
    }
}
