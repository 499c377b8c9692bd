package io.assent.participant.jta;

import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.XAConnection;
import jakarta.jms.XAConnectionFactory;
import jakarta.jms.XAJMSContext;
import jakarta.jms.XASession;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.UnaryOperator;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jboss.tm.XAResourceRecovery;
import org.jspecify.annotations.Nullable;
import org.messaginghub.pooled.jms.JmsPoolXAConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the pool whose sessions join the thread's transaction, and the broker a resource of this participant's branches. */
public final class BrokerConnections implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BrokerConnections.class);

    private static final String NAME = "jms";

    private final NarayanaRuntime narayana;
    private final JtaBranches branches;
    private final SecondaryResources resources;
    private final ParticipantName participant;
    private final int poolSize;
    private @Nullable Broker broker;
    private @Nullable JmsPoolXAConnectionFactory pool;
    private @Nullable Recovery recovery;

    /** @param poolSize connections to the broker at most; each carries many sessions */
    public BrokerConnections(
            NarayanaRuntime narayana,
            JtaBranches branches,
            SecondaryResources resources,
            ParticipantName participant,
            int poolSize) {
        this.narayana = narayana;
        this.branches = branches;
        this.resources = resources;
        this.participant = participant;
        this.poolSize = poolSize;
    }

    /** @throws IllegalStateException for a second broker: which of the two a branch is in could not be told */
    public synchronized ConnectionFactory wrap(XAConnectionFactory factory) {
        if (broker != null) {
            throw new IllegalStateException("one message broker per service can take part in branches");
        }
        broker = new Broker(NAME, factory, participant);
        resources.add(broker);
        recovery = new Recovery(factory);
        narayana.addXAResourceRecovery(recovery);
        pool = new JmsPoolXAConnectionFactory();
        pool.setTransactionManager(narayana.transactionManager());
        pool.setConnectionFactory(enlisting(factory));
        pool.setMaxConnections(poolSize);
        return pool;
    }

    /** Whether its sessions join transactions. */
    public synchronized boolean hasMade(ConnectionFactory factory) {
        return factory == pool;
    }

    @Override
    public synchronized void close() {
        if (pool != null) {
            pool.stop();
        }
        if (recovery != null) {
            narayana.removeXAResourceRecovery(recovery);
            recovery.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    /** The same factory, whose sessions give {@link BranchXaResource}s. */
    private XAConnectionFactory enlisting(XAConnectionFactory factory) {
        return proxy(
                XAConnectionFactory.class,
                factory,
                created -> created instanceof XAConnection connection
                        ? proxy(XAConnection.class, connection, this::enlistingSession)
                        : created instanceof XAJMSContext ? enlistingSession(created) : created);
    }

    private Object enlistingSession(Object created) {
        if (created instanceof XASession session) {
            return proxy(XASession.class, session, this::enlistingResource);
        }
        if (created instanceof XAJMSContext context) {
            return proxy(XAJMSContext.class, context, this::enlistingResource);
        }
        return created;
    }

    private Object enlistingResource(Object created) {
        return created instanceof XAResource session
                ? new BranchXaResource(session, branches, new EnlistedSession())
                : created;
    }

    private final class EnlistedSession implements EnlistedResource {

        @Override
        public BranchPart join(XAResource session, Xid xid, JtaBranch branch) {
            return new BrokerPart(NAME, session, xidOf(branch.context().ref()));
        }

        /** A broker refuses by itself to prepare what failed. */
        @Override
        public void guard() {}
    }

    private Xid xidOf(BranchRef ref) {
        return BranchXid.of(participant, ref)
                .orElseThrow(() -> new IllegalStateException("a branch of another participant: " + ref));
    }

    private static <T> T proxy(Class<T> type, T target, UnaryOperator<Object> results) {
        return type.cast(Proxy.newProxyInstance(
                BrokerConnections.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        Object result = method.invoke(target, arguments);
                        return result == null ? null : results.apply(result);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                }));
    }

    /** For transactions of this service alone that died between two resources: a session of its own, while the broker is up. */
    private static final class Recovery implements XAResourceRecovery {

        private final XAConnectionFactory factory;
        private @Nullable XAConnection connection;

        Recovery(XAConnectionFactory factory) {
            this.factory = factory;
        }

        @Override
        public synchronized XAResource[] getXAResources() {
            close();
            try {
                connection = factory.createXAConnection();
                return new XAResource[] {connection.createXASession().getXAResource()};
            } catch (JMSException e) {
                log.warn(
                        "{}: not reachable for Narayana's recovery, next attempt in its next pass: {}",
                        NAME,
                        e.getMessage());
                return new XAResource[0];
            }
        }

        synchronized void close() {
            XAConnection old = connection;
            connection = null;
            if (old != null) {
                try {
                    old.close();
                } catch (JMSException e) {
                    log.debug("{}: closing the recovery's connection failed", NAME, e);
                }
            }
        }
    }
}
