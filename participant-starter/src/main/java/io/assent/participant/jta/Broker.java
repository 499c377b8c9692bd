package io.assent.participant.jta;

import io.assent.participant.engine.BranchResource.End;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import jakarta.jms.JMSException;
import jakarta.jms.XAConnection;
import jakarta.jms.XAConnectionFactory;
import jakarta.jms.XASession;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message broker in phase two, on one connection of its own: work that waits for a pooled session cannot keep out the orders.
 * What an error says is decided by its XA code; only two of them are facts:
 *
 * <ul>
 *   <li>XAER_NOTA: there is no such branch. A broker keeps no proof of what became of it, so an order to commit that was carried
 *       out before meets this, too.
 *   <li>A heuristic code: somebody ended it by hand, and it says how.
 *   <li>Everything else, XAER_INVAL and XAER_RMFAIL above all, says nothing: ask again.
 * </ul>
 */
final class Broker implements SecondaryResource {

    private static final Logger log = LoggerFactory.getLogger(Broker.class);

    private final String name;
    private final XAConnectionFactory factory;
    private final ParticipantName participant;
    private @Nullable XAConnection connection;
    private @Nullable XAResource session;

    Broker(String name, XAConnectionFactory factory, ParticipantName participant) {
        this.name = name;
        this.factory = factory;
        this.participant = participant;
    }

    private enum Verb {
        COMMIT(XAException.XA_HEURCOM),
        ROLLBACK(XAException.XA_HEURRB);

        private final int doneByHand;

        Verb(int doneByHand) {
            this.doneByHand = doneByHand;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public End commitPrepared(BranchRef ref) {
        return end(Verb.COMMIT, ref);
    }

    @Override
    public End rollbackPrepared(BranchRef ref) {
        return end(Verb.ROLLBACK, ref);
    }

    private synchronized End end(Verb verb, BranchRef ref) {
        Optional<Xid> named = BranchXid.of(participant, ref);
        if (named.isEmpty()) {
            return End.NOT_THERE;
        }
        Xid xid = named.get();
        try {
            XAResource resource = session();
            switch (verb) {
                case COMMIT -> resource.commit(xid, false);
                case ROLLBACK -> resource.rollback(xid);
            }
            return End.DONE;
        } catch (XAException e) {
            return met(verb, ref, xid, e);
        } catch (JMSException e) {
            disconnect();
            log.warn("{}: {} of '{}' could not be sent, the order comes again: {}", name, verb, ref, e.getMessage());
            return End.UNKNOWN;
        }
    }

    private End met(Verb verb, BranchRef ref, Xid xid, XAException e) {
        if (e.errorCode == XAException.XAER_NOTA) {
            return End.NOT_THERE;
        }
        if (e.errorCode == verb.doneByHand) {
            log.warn("{}: '{}' was ended by hand in the broker, as decided ({})", name, ref, verb);
            forget(xid);
            return End.DONE;
        }
        if (e.errorCode >= XAException.XA_HEURMIX && e.errorCode <= XAException.XA_HEURHAZ) {
            log.error(
                    "{}: '{}' was ended by hand in the broker, against the decision {} (XA code {}). It stays open here until"
                            + " a person has put the messages right and removed it from the broker.",
                    name,
                    ref,
                    verb,
                    e.errorCode);
            return End.UNKNOWN;
        }
        disconnect();
        log.warn(
                "{}: {} of '{}' has no clear answer (XA code {}), the order comes again", name, verb, ref, e.errorCode);
        return End.UNKNOWN;
    }

    private void forget(Xid xid) {
        try {
            session().forget(xid);
        } catch (XAException | JMSException e) {
            log.debug("{}: could not be told to forget {}", name, xid, e);
        }
    }

    @Override
    public synchronized List<ExecutionRef> prepared() {
        try {
            Xid[] found = session().recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
            return Arrays.stream(found)
                    .map(xid -> BranchXid.parse(participant, xid))
                    .flatMap(Optional::stream)
                    .toList();
        } catch (XAException e) {
            disconnect();
            throw new BranchResourceException(
                    "could not list branches in doubt of " + name + " (XA code " + e.errorCode + ")", e);
        } catch (JMSException e) {
            disconnect();
            throw new BranchResourceException(
                    "could not list branches in doubt of " + name + " (" + e.getMessage() + ")", e);
        }
    }

    private XAResource session() throws JMSException {
        XAResource open = session;
        if (open == null) {
            connection = factory.createXAConnection();
            XASession created = connection.createXASession();
            open = created.getXAResource();
            session = open;
        }
        return open;
    }

    private void disconnect() {
        XAConnection broken = connection;
        connection = null;
        session = null;
        if (broken != null) {
            try {
                broken.close();
            } catch (JMSException e) {
                log.debug("{}: closing a broken connection failed", name, e);
            }
        }
    }

    synchronized void close() {
        disconnect();
    }
}
