package io.assent.chaos.proxy;

import java.util.List;
import java.util.Map;

/**
 * One message as it was cut out of the stream.
 *
 * @param bytes all of it
 * @param contentFrom where the part begins that {@link Action#garble()} may spoil; equal to the end if there is none
 * @param contentTo where that part ends, exclusively
 * @param kind what people call it
 * @param text the body, the statements or the command tags
 * @param headers by lower-case name; empty in PostgreSQL
 * @param values what was bound to the statements, as far as it can be read; empty in HTTP
 * @param paired a request that gets a reply, or the (last) reply to a request
 */
record Frame(
        byte[] bytes,
        int contentFrom,
        int contentTo,
        String kind,
        String text,
        Map<String, String> headers,
        List<String> values,
        boolean paired) {

    /** What rules look at is bounded; nobody needs more of a message to know it. */
    private static final int LONGEST_TEXT = 1 << 16;

    Frame {
        text = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    }
}
