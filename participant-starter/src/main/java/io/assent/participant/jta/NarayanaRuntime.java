package io.assent.participant.jta;

import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.RecoveryEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.arjuna.common.recoveryPropertyManager;
import com.arjuna.ats.arjuna.coordinator.TransactionReaper;
import com.arjuna.ats.arjuna.coordinator.TxControl;
import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.ats.jta.common.JTAEnvironmentBean;
import com.arjuna.ats.jta.common.jtaPropertyManager;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.UserTransaction;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAResource;
import org.jboss.tm.XAResourceRecovery;
import org.jboss.tm.XAResourceRecoveryRegistry;

/**
 * Narayana, configured and started. Its settings are those of the whole JVM, so there is one of these at a time.
 *
 * <p>Its recovery looks after transactions of this service alone, those outside of any global one: they have Narayana's format
 * id and this process's node identifier. It never meets a branch: in PostgreSQL a branch has a name that the driver's
 * {@code recover} does not read, in a broker it has another format id.
 */
public final class NarayanaRuntime implements XAResourceRecoveryRegistry, AutoCloseable {

    private static final String LOCK = "assent.lock";

    /** The node identifier of a Narayana that nobody has configured. */
    private static final String NOBODY = "1";

    private final FileChannel lockFile;
    private final FileLock lock;
    private final RecoveryManager recovery;
    private final XARecoveryModule recoveryModule;
    private final Map<XAResourceRecovery, XAResourceRecoveryHelper> helpers = new ConcurrentHashMap<>();

    /**
     * How Narayana runs.
     *
     * @param nodeIdentifier unique among all processes that work with the same databases and brokers, at most 28 bytes
     * @param objectStore a directory of this process alone
     * @param transactionTimeout after which a transaction that names no timeout is rolled back; whole seconds
     * @param recoveryInterval between two recovery passes; whole seconds
     * @param recoveryBackoff between the two looks of one pass; whole seconds
     */
    public record Settings(
            String nodeIdentifier,
            Path objectStore,
            Duration transactionTimeout,
            Duration recoveryInterval,
            Duration recoveryBackoff) {}

    /**
     * @throws IOException if the directory cannot be written to, or another process uses it
     * @throws IllegalStateException if Narayana already runs in this JVM with other settings
     */
    public NarayanaRuntime(Settings settings) throws IOException {
        Files.createDirectories(settings.objectStore());
        lockFile = FileChannel.open(
                settings.objectStore().resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        lock = lock(lockFile, settings.objectStore());
        try {
            configure(settings);
        } catch (RuntimeException e) {
            lockFile.close();
            throw e;
        }
        recoveryModule = new XARecoveryModule();
        // In this order: what the log says of a transaction comes before what its resources say.
        recoveryPropertyManager
                .getRecoveryEnvironmentBean()
                .setRecoveryModules(List.of(new AtomicActionRecoveryModule(), recoveryModule));
        recovery = RecoveryManager.manager(RecoveryManager.INDIRECT_MANAGEMENT);
        recovery.initialize();
    }

    private static FileLock lock(FileChannel file, Path directory) throws IOException {
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            file.close();
            throw new IOException("another process uses the object store " + directory);
        }
        return lock;
    }

    private static void configure(Settings settings) {
        String directory = settings.objectStore().toAbsolutePath().toString();
        refuseOtherSettings(settings.nodeIdentifier(), directory);
        try {
            arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier(settings.nodeIdentifier());
        } catch (CoreEnvironmentBeanException e) {
            throw new IllegalStateException("Narayana refuses the node identifier: " + e.getMessage(), e);
        }
        BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class).setObjectStoreDir(directory);
        for (String store : List.of("stateStore", "communicationStore")) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreDir(directory);
        }
        int timeout = Math.toIntExact(settings.transactionTimeout().toSeconds());
        arjPropertyManager.getCoordinatorEnvironmentBean().setDefaultTimeout(timeout);
        TxControl.setDefaultTimeout(timeout);
        JTAEnvironmentBean jta = jtaPropertyManager.getJTAEnvironmentBean();
        jta.setXaRecoveryNodes(List.of(settings.nodeIdentifier()));
        jta.setXaResourceOrphanFilterClassNames(List.of(
                JTATransactionLogXAResourceOrphanFilter.class.getName(),
                JTANodeNameXAResourceOrphanFilter.class.getName()));
        RecoveryEnvironmentBean recovery = recoveryPropertyManager.getRecoveryEnvironmentBean();
        recovery.setRecoveryListener(false);
        recovery.setPeriodicRecoveryPeriod(
                Math.toIntExact(settings.recoveryInterval().toSeconds()));
        recovery.setRecoveryBackoffPeriod(
                Math.toIntExact(settings.recoveryBackoff().toSeconds()));
        recovery.setExpiryScannerClassNames(List.of());
    }

    /** What Narayana has once opened stays open, whatever it is told later. */
    private static void refuseOtherSettings(String nodeIdentifier, String directory) {
        String node = arjPropertyManager.getCoreEnvironmentBean().getNodeIdentifier();
        String store = BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class)
                .getObjectStoreDir();
        boolean configured = node != null && !node.equals(NOBODY);
        if (configured && !(node.equals(nodeIdentifier) && directory.equals(store))) {
            throw new IllegalStateException("Narayana runs in this JVM already, as node " + node
                    + " with the object store " + store + "; it cannot run twice.");
        }
    }

    /** Narayana's own, for its transactions of this service alone; frameworks get {@link JtaBranches#transactionManager()}. */
    TransactionManager transactionManager() {
        return com.arjuna.ats.jta.TransactionManager.transactionManager();
    }

    public UserTransaction userTransaction() {
        return com.arjuna.ats.jta.UserTransaction.userTransaction();
    }

    TransactionSynchronizationRegistry synchronizationRegistry() {
        return new TransactionSynchronizationRegistryImple();
    }

    @Override
    public void addXAResourceRecovery(XAResourceRecovery resource) {
        XAResourceRecoveryHelper helper = new XAResourceRecoveryHelper() {
            @Override
            public boolean initialise(String parameter) {
                return true;
            }

            @Override
            public XAResource[] getXAResources() {
                return resource.getXAResources();
            }
        };
        helpers.put(resource, helper);
        recoveryModule.addXAResourceRecoveryHelper(helper);
    }

    @Override
    public void removeXAResourceRecovery(XAResourceRecovery resource) {
        XAResourceRecoveryHelper helper = helpers.remove(resource);
        if (helper != null) {
            recoveryModule.removeXAResourceRecoveryHelper(helper);
        }
    }

    @Override
    public void close() throws IOException {
        recovery.terminate();
        TransactionReaper.terminate(false);
        lock.release();
        lockFile.close();
    }
}
