package io.assent.chaos.proxy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.EnumSet;
import java.util.Set;

/** The switches of a whole link. Thread-safe. */
final class LinkState {

    private final Set<Direction> cut = EnumSet.noneOf(Direction.class);
    private boolean refusing;
    private boolean swallowing;
    private boolean closed;

    synchronized void cut(Set<Direction> directions) {
        cut.addAll(directions);
    }

    synchronized void refuse() {
        refusing = true;
        notifyAll();
    }

    synchronized void swallow() {
        swallowing = true;
        notifyAll();
    }

    synchronized void heal() {
        cut.clear();
        refusing = false;
        swallowing = false;
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean isRefusing() {
        return refusing;
    }

    synchronized boolean isSwallowing() {
        return swallowing;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Waits while the direction is cut.
     *
     * @return whether bytes pass; if not, they are swallowed
     */
    synchronized boolean passes(Direction direction) throws IOException {
        try {
            while (cut.contains(direction) && !closed && !refusing && !swallowing) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException("while the link was cut");
        }
        if (closed || refusing) {
            throw new IOException("the link was closed");
        }
        return !swallowing;
    }
}
