package io.assent.participant.support;

import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import javax.transaction.xa.Xid;
import org.apache.activemq.artemis.api.core.management.ActiveMQServerControl;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.transaction.impl.XidImpl;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A real Artemis with its journal on disk, reached over TCP; what is in doubt in it is read from within. */
public final class TestBroker implements AutoCloseable {

    private final Path directory;
    private final int port;
    private EmbeddedActiveMQ server;

    public TestBroker(Path directory) {
        this.directory = directory;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        start();
    }

    /** Starts it, again with the journal that it left. */
    public void start() {
        try {
            ConfigurationImpl configuration = new ConfigurationImpl();
            configuration.setJournalType(JournalType.NIO);
            configuration.setJournalDirectory(directory.resolve("journal").toString());
            configuration.setBindingsDirectory(directory.resolve("bindings").toString());
            configuration.setLargeMessagesDirectory(directory.resolve("large").toString());
            configuration.setPagingDirectory(directory.resolve("paging").toString());
            configuration.setJournalFileSize(1 << 20);
            configuration.setJournalMinFiles(2);
            configuration.setSecurityEnabled(false);
            configuration.setJMXManagementEnabled(false);
            configuration.addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + port);
            configuration.addAddressSetting(
                    "#", new AddressSettings().setAutoCreateQueues(true).setAutoDeleteQueues(false));
            server = new EmbeddedActiveMQ().setConfiguration(configuration);
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    /** What is prepared there. */
    public List<Xid> prepared() {
        return server.getActiveMQServer().getResourceManager().getPreparedTransactions();
    }

    /** Rolls back by hand, as an operator would, all that is prepared there. */
    public void rollBackByHand() {
        try {
            ActiveMQServerControl control = server.getActiveMQServer().getActiveMQServerControl();
            for (Xid xid : prepared()) {
                control.rollbackPreparedTransaction(XidImpl.toBase64String(xid));
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many messages with this text a consumer would find. */
    public long messages(String queue, String text) {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url());
                jakarta.jms.Connection connection = factory.createConnection();
                Session session = connection.createSession();
                QueueBrowser browser = session.createBrowser(session.createQueue(queue))) {
            connection.start();
            long count = 0;
            for (Object message : Collections.list(browser.getEnumeration())) {
                if (((TextMessage) (Message) message).getText().equals(text)) {
                    count++;
                }
            }
            return count;
        } catch (jakarta.jms.JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
