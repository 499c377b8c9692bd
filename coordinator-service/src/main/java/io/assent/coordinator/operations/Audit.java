package io.assent.coordinator.operations;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each thing that an operator did, or somebody tried to do that is an operator's business, at INFO of the logger {@code assent.audit}, which can be sent
 * to a file of its own. Thread-safe.
 */
public final class Audit {

    private static final Logger log = LoggerFactory.getLogger("assent.audit");

    /**
     * Tells it.
     *
     * @param who the caller's name, if it is known, and address, as the connection shows it
     * @param what the call, such as {@code retry}; its method, if it was refused before it was known what it is
     * @param target the transaction or the log that it is about; in the latter case its path
     * @param reason what the operator gave; empty if that was not read
     * @param result how it ended: the status, and the type of problem where it is one
     */
    public void done(String who, String what, String target, String reason, String result) {
        log.info(
                "who={} what={} target={} reason={} result={}",
                quoted(who),
                quoted(what),
                quoted(target),
                quoted(reason),
                quoted(result));
    }

    /** How something ended that was answered with a problem: its status, and its type. */
    public static String result(Problem problem) {
        return problem.status() + " " + problem.type().substring(ProblemType.PREFIX.length());
    }

    /** Whatever a caller has written ends neither the value nor the line. */
    public static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (Character.isISOControl(c)
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                quoted.append("\\u{").append(Integer.toHexString(c)).append('}');
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
