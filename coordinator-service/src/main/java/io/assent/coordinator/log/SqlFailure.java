package io.assent.coordinator.log;

import java.sql.SQLException;

/**
 * What an exception says about the one autocommit statement, or the commit, that it came from (R8). Told by SQLSTATE, never
 * by text. Only what the server itself reports as an error of a statement that it had not committed is definite; a cancelled
 * wait for the standby is not among these, since it is a warning (L1).
 */
enum SqlFailure {
    /** Rolled back because of others; the same statement may succeed at once. */
    TRY_AGAIN,
    /** Rolled back because of what was in it. */
    REFUSED,
    /** Rolled back because the server cannot write now. */
    CANNOT_WRITE,
    /** Nobody knows whether it was committed. */
    UNKNOWN;

    static SqlFailure of(SQLException e) {
        String state = e.getSQLState();
        if (state == null || state.length() != 5) {
            return UNKNOWN;
        }
        return switch (state) {
            case "40001", "40P01", "55P03" -> TRY_AGAIN;
            case "25006", "53100", "53200" -> CANNOT_WRITE;
            default ->
                switch (state.substring(0, 2)) {
                    case "21", "22", "23", "42", "54" -> REFUSED;
                    default -> UNKNOWN;
                };
        };
    }
}
