package io.assent.peers.restat.coordinator;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.arjuna.common.recoveryPropertyManager;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.undertow.Undertow;
import java.util.List;
import org.jboss.jbossts.star.service.TMApplication;
import org.jboss.resteasy.plugins.server.undertow.UndertowJaxrsServer;

/**
 * Narayana's coordinator in a process of its own, as its quickstart for Undertow sets it up. Arguments: the port on 127.0.0.1 and
 * the directory of its object store, which is as it comes: a file for each transaction, flushed to disk.
 */
public final class RestAtCoordinator {

    private RestAtCoordinator() {}

    public static void main(String[] arguments) {
        int port = Integer.parseInt(arguments[0]);
        BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class).setObjectStoreDir(arguments[1]);
        for (String store : List.of("stateStore", "communicationStore")) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreDir(arguments[1]);
        }
        // Both listen on ports of their own, for tools that are not used here.
        arjPropertyManager.getCoordinatorEnvironmentBean().setTransactionStatusManagerEnable(false);
        recoveryPropertyManager.getRecoveryEnvironmentBean().setRecoveryListener(false);

        UndertowJaxrsServer server = new UndertowJaxrsServer();
        server.start(Undertow.builder().addHttpListener(port, "127.0.0.1"));
        server.deploy(new TMApplication(), "/");
    }
}
