package io.assent.demo.broker;

import java.nio.file.Path;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/**
 * Apache Artemis for this machine alone: it listens on 127.0.0.1, keeps its journal on disk and syncs it before it answers. It has no
 * passwords. Arguments of the program: directory, port.
 */
public final class Broker implements AutoCloseable {

    private final EmbeddedActiveMQ server;

    private Broker(EmbeddedActiveMQ server) {
        this.server = server;
    }

    public static void main(String[] arguments) {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("Arguments: directory, port");
        }
        Broker broker = start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop"));
    }

    /** Returns when it takes connections on the port; goes on with what an earlier one has left in the directory. */
    public static Broker start(Path directory, int port) {
        ConfigurationImpl configuration = new ConfigurationImpl();
        configuration.setJournalType(JournalType.NIO);
        configuration.setJournalDirectory(directory.resolve("journal").toString());
        configuration.setBindingsDirectory(directory.resolve("bindings").toString());
        configuration.setLargeMessagesDirectory(directory.resolve("large").toString());
        configuration.setPagingDirectory(directory.resolve("paging").toString());
        // Its files are made at the first start, and a demo should not wait for 20 MB.
        configuration.setJournalFileSize(1 << 20);
        // By default producers wait, without a word, while a disk is 90 % full.
        configuration.setMaxDiskUsage(-1);
        configuration.setSecurityEnabled(false);
        configuration.setJMXManagementEnabled(false);
        configuration.addAddressSetting(
                "#", new AddressSettings().setAutoCreateQueues(true).setAutoDeleteQueues(false));
        try {
            configuration.addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + port);
            EmbeddedActiveMQ server = new EmbeddedActiveMQ().setConfiguration(configuration);
            server.start();
            return new Broker(server);
        } catch (Exception e) {
            throw new IllegalStateException("The broker could not be started in " + directory + ": " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The broker could not be stopped in an orderly way: " + e, e);
        }
    }
}
