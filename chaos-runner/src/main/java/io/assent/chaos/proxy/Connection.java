package io.assent.chaos.proxy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of a client and the one to the target that belongs to it: a thread for each direction. */
final class Connection {

    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    private static final int CONNECT_MILLIS = 5_000;
    private static final int RAW_BYTES = 1 << 14;

    private final FaultProxy proxy;
    private final long number;
    private final Socket client;
    private final Socket target = new Socket();
    private final Dialogue dialogue = new Dialogue();
    private final PostgresSession session = new PostgresSession();
    private final AtomicInteger ended = new AtomicInteger();
    private volatile boolean requestsSilent;
    private volatile boolean repliesSilent;
    /** Bytes of it were swallowed by the link, as TCP never would: it cannot go on when the link is healed. */
    private volatile boolean broken;

    Connection(FaultProxy proxy, long number, Socket client) {
        this.proxy = proxy;
        this.number = number;
        this.client = client;
    }

    Dialogue dialogue() {
        return dialogue;
    }

    boolean isBroken() {
        return broken;
    }

    /** Connects to the target and carries what the client sends, on the calling thread, until the end. */
    void run() {
        try {
            client.setTcpNoDelay(true);
            if (!proxy.state().passes(Direction.REQUEST)) {
                broken = true;
                discard(client.getInputStream());
                reset();
                return;
            }
            target.setTcpNoDelay(true);
            target.connect(proxy.target(), CONNECT_MILLIS);
        } catch (IOException e) {
            log.debug("{}: connection {} has no target: {}", proxy.name(), number, e.toString());
            reset();
            return;
        }
        proxy.thread("replies-" + number, () -> carry(Direction.REPLY, target));
        carry(Direction.REQUEST, client);
    }

    private void carry(Direction direction, Socket source) {
        try {
            FrameInput in = new FrameInput(source.getInputStream());
            Framer framer = framer(in, direction);
            try {
                if (carryMessages(framer, direction)) {
                    write(direction, in.take());
                    copy(in, direction);
                }
            } catch (EOFException e) {
                write(direction, in.take());
            }
            if (silent(direction)) {
                // Nobody hears of the end either; a client that has gone needs no open connection.
                if (direction == Direction.REQUEST) {
                    reset();
                }
                return;
            }
            proxy.state().passes(direction);
            finish(direction);
            if (ended.incrementAndGet() == 2) {
                close();
            }
        } catch (IOException e) {
            log.debug("{}: connection {} ended: {}", proxy.name(), number, e.toString());
            reset();
        } catch (Exception e) {
            log.warn("{}: a trigger failed; connection {} is reset", proxy.name(), number, e);
            reset();
        }
    }

    /** Returns when the stream has ended (false) or cannot be understood (true). */
    private boolean carryMessages(Framer framer, Direction direction) throws Exception {
        while (!dialogue.isUnframed()) {
            Frame frame;
            try {
                frame = framer.next();
            } catch (UnframedException e) {
                dialogue.giveUp();
                proxy.unframed(direction, number, e);
                return true;
            }
            if (frame == null) {
                return false;
            }
            carry(direction, frame);
        }
        return true;
    }

    private void carry(Direction direction, Frame frame) throws Exception {
        Dialogue.Exchange exchange =
                direction == Direction.REPLY ? frame.paired() ? dialogue.answered() : dialogue.waiting() : null;
        Message message =
                new Message(proxy.name(), direction, number, frame, exchange == null ? null : exchange.request());
        proxy.arrived(message);
        if (silent(direction)) {
            proxy.record(new Passage(message, Fate.LOST, System.nanoTime(), null));
            return;
        }
        Trigger trigger = exchange != null && frame.paired() ? exchange.beforeReply() : null;
        if (trigger != null && trigger.on(message) == Trigger.Then.DROP) {
            reset();
            proxy.record(new Passage(message, Fate.LOST, System.nanoTime(), "TRIGGER after"));
            return;
        }
        FaultProxy.Claim claim = proxy.claim(message);
        Rule rule = claim == null ? null : claim.rule();
        Delivery delivery = new Delivery(this, message, claim);
        try {
            if (rule == null) {
                delivery.forward();
            } else {
                log.debug("{}: {}", rule, message);
                rule.carryOut(delivery);
            }
        } finally {
            proxy.record(
                    new Passage(message, delivery.fate(), System.nanoTime(), rule == null ? null : rule.toString()));
        }
    }

    private Framer framer(FrameInput in, Direction direction) {
        if (proxy.protocol() == Protocol.HTTP) {
            return new HttpFramer(in, direction, dialogue);
        }
        return direction == Direction.REQUEST
                ? new PostgresRequests(in, session)
                : new PostgresReplies(in, session, dialogue);
    }

    private void copy(FrameInput in, Direction direction) throws IOException {
        byte[] buffer = new byte[RAW_BYTES];
        int count;
        while ((count = in.readRaw(buffer)) >= 0) {
            byte[] bytes = new byte[count];
            System.arraycopy(buffer, 0, bytes, 0, count);
            write(direction, bytes);
        }
    }

    /** Hands bytes on as soon as the link lets them; returns whether they were not swallowed. */
    boolean write(Direction direction, byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            return true;
        }
        if (!proxy.state().passes(direction)) {
            broken = true;
            return false;
        }
        if (silent(direction)) {
            return false;
        }
        OutputStream out = (direction == Direction.REQUEST ? target : client).getOutputStream();
        out.write(bytes);
        return true;
    }

    void silence(Direction direction) {
        if (direction == Direction.REQUEST) {
            requestsSilent = true;
        } else {
            repliesSilent = true;
        }
    }

    private boolean silent(Direction direction) {
        return direction == Direction.REQUEST ? requestsSilent : repliesSilent;
    }

    /** The end of the stream for its receiver. */
    void finish(Direction direction) throws IOException {
        Socket receiver = direction == Direction.REQUEST ? target : client;
        if (!receiver.isClosed() && !receiver.isOutputShutdown()) {
            receiver.shutdownOutput();
        }
    }

    void repeat(Message message, Duration later, @Nullable Rule rule) {
        proxy.repeat(message, later, rule);
    }

    void requireOpenLink() throws IOException {
        if (proxy.state().isClosed()) {
            throw new IOException("the proxy was closed");
        }
    }

    /** Ends both sides with RST. */
    void reset() {
        for (Socket socket : new Socket[] {client, target}) {
            try {
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // It is closed already.
            }
        }
        close();
    }

    private void close() {
        for (Socket socket : new Socket[] {client, target}) {
            try {
                socket.close();
            } catch (IOException e) {
                log.debug("{}: connection {} could not be closed: {}", proxy.name(), number, e.toString());
            }
        }
        proxy.forget(this);
    }

    private static void discard(InputStream in) throws IOException {
        byte[] buffer = new byte[RAW_BYTES];
        while (in.read(buffer) >= 0) {
            // Swallowed.
        }
    }
}
