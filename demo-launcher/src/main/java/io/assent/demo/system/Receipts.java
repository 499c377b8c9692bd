package io.assent.demo.system;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.XAConnection;
import jakarta.jms.XASession;
import java.net.URI;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;

/**
 * A queue in a broker, read from outside of the services; what is read stays there.
 *
 * @param broker what JMS clients connect to
 * @param queue its name
 */
public record Receipts(URI broker, String queue) {

    private static final String QUEUE = "receipts";

    /** The queue that the payment service sends to. */
    public static Receipts in(AllKinds system) {
        return new Receipts(system.brokerAddress(), QUEUE);
    }

    /**
     * The texts of all messages that a consumer would be given, oldest first; such as are in doubt are not among them.
     *
     * @throws DemoException if the broker does not answer
     */
    public List<String> texts() {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(broker.toString());
                Connection connection = factory.createConnection();
                Session session = connection.createSession();
                QueueBrowser browser = session.createBrowser(session.createQueue(queue))) {
            connection.start();
            List<String> texts = new ArrayList<>();
            Enumeration<?> messages = browser.getEnumeration();
            while (messages.hasMoreElements()) {
                texts.add(((TextMessage) messages.nextElement()).getText());
            }
            return texts;
        } catch (JMSException e) {
            throw failed(e);
        }
    }

    /**
     * How many transactions are prepared in the whole broker, whoever they belong to.
     *
     * @throws DemoException if the broker does not answer
     */
    public long inDoubt() {
        try (ActiveMQXAConnectionFactory factory = new ActiveMQXAConnectionFactory(broker.toString());
                XAConnection connection = factory.createXAConnection();
                XASession session = connection.createXASession()) {
            return session.getXAResource().recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN).length;
        } catch (JMSException | XAException e) {
            throw failed(e);
        }
    }

    private DemoException failed(Exception e) {
        return new DemoException("The broker at " + broker + " cannot be read: " + e, e);
    }
}
