package io.assent.coordinator.web;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets no thread wait long for the rest of a body that was answered already. Tomcat would read it up to a size, in
 * whatever time it takes: a client that sends a byte a second would hold a thread for days, whoever it is and whatever it was
 * told. Here the rest is read for a moment, since a connection that is closed with something unread can lose the answer
 * on its way; where it has to be waited for, by a few threads at once; then the connection is closed. Thread-safe.
 */
final class UnreadBodyValve extends ValveBase {

    private static final Logger log = LoggerFactory.getLogger(UnreadBodyValve.class);

    private final long mostBytes;
    private final long mostNanos;
    private final LongSupplier nanos;
    private final Semaphore threads;

    /** @param nanos a clock that only differences are taken of, as {@link System#nanoTime} */
    UnreadBodyValve(WebSettings settings, LongSupplier nanos) {
        super(true);
        this.mostBytes = settings.maxUnreadBodySize().toBytes();
        this.mostNanos = settings.unreadBodyTimeout().toNanos();
        this.threads = new Semaphore(settings.maxUnreadBodies());
        this.nanos = nanos;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        // What is answered later has been read.
        if (hasBody(request) && !request.isAsync() && isOpen(response) && !isRead(request)) {
            response.finishResponse();
            if (!readRest(request, response)) {
                request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
            }
        }
    }

    private static boolean hasBody(Request request) {
        try {
            return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
        } catch (IllegalArgumentException e) {
            // No length, or two of them: the server has refused it and closes the connection.
            return false;
        }
    }

    private static boolean isRead(Request request) {
        AtomicBoolean read = new AtomicBoolean();
        request.getCoyoteRequest().action(ActionCode.REQUEST_BODY_FULLY_READ, read);
        return read.get();
    }

    private static boolean isOpen(Response response) {
        AtomicBoolean open = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, open);
        return open.get();
    }

    /** Whether all of it was read. */
    private boolean readRest(Request request, Response response) {
        // Whoever was too slow already gets no more time.
        if (response.getStatus() == Response.SC_REQUEST_TIMEOUT) {
            return false;
        }
        boolean mayWait = false;
        try {
            Discarded discarded = new Discarded();
            long begun = nanos.getAsLong();
            long bytes = 0;
            while (bytes <= mostBytes && nanos.getAsLong() - begun <= mostNanos) {
                if (!mayWait && !isSomethingThere(request)) {
                    mayWait = threads.tryAcquire();
                    if (!mayWait) {
                        return false;
                    }
                }
                int read = request.getCoyoteRequest().doRead(discarded);
                if (read < 0) {
                    return true;
                }
                bytes += read;
            }
            return false;
        } catch (IOException e) {
            log.debug("The rest of a body that was answered did not come; the connection is closed", e);
            return false;
        } finally {
            if (mayWait) {
                threads.release();
            }
        }
    }

    /** Mostly everything is, and then nobody has to be waited for. */
    private static boolean isSomethingThere(Request request) {
        request.getCoyoteRequest().action(ActionCode.AVAILABLE, true);
        return request.getCoyoteRequest().getAvailable() > 0 || isRead(request);
    }

    /** Where Tomcat puts what it has read. */
    private static final class Discarded implements ApplicationBufferHandler {

        private ByteBuffer buffer = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return buffer;
        }

        @Override
        public void expand(int size) {}
    }
}
