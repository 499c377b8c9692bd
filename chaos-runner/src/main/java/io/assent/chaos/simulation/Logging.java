package io.assent.chaos.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** What the system under simulation logs is of interest for one run at a time only. */
final class Logging {

    private Logging() {}

    static void quiet(boolean quiet) {
        if (LoggerFactory.getLogger("io.assent.participant") instanceof Logger logger) {
            Level wanted = quiet ? Level.OFF : Level.WARN;
            if (logger.getLevel() != wanted) {
                logger.setLevel(wanted);
            }
        }
    }
}
