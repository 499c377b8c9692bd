package io.assent.participant.jta;

import java.sql.SQLException;
import javax.transaction.xa.XAException;
import org.jspecify.annotations.Nullable;

/** What errors say where JDBC and XA meet. */
final class XaErrors {

    /** For what a resource without SQLSTATEs reports. */
    static final String SQL_STATE = "58000";

    private XaErrors() {}

    static XAException of(int code, String message, @Nullable Throwable cause) {
        XAException exception = new XAException(message);
        exception.errorCode = code;
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }

    /**
     * Of a COMMIT or ROLLBACK PREPARED that the driver reports as failed: a terminated backend (57P0x) and a broken connection
     * (class 08) prove nothing. The driver calls them definite errors, and Narayana would record a heuristic outcome for ever.
     */
    static boolean isLostReply(XAException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                return state.startsWith("08") || state.startsWith("57P0");
            }
        }
        return false;
    }
}
