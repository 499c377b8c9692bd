package io.assent.participant.postgres;

import java.sql.SQLException;

/** The branch's local transaction must not go on; why is in the message. Frameworks roll back at the sight of it. */
public final class BranchRefusedException extends SQLException {

    /** Invalid transaction state: no framework takes it for a transient failure that is worth a retry in here. */
    static final String SQL_STATE = "25000";

    BranchRefusedException(String message) {
        super(message, SQL_STATE);
    }

    BranchRefusedException(String message, SQLException cause) {
        super(message, SQL_STATE, cause);
    }
}
