package io.assent.coordinator.log;

import java.sql.SQLException;

/** This server must not decide (L4). Nothing was sent to it but the question what it is. */
final class LogRefusedException extends SQLException {

    private static final long serialVersionUID = 1L;

    LogRefusedException(String reason) {
        super(reason, "08004");
    }
}
