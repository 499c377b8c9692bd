package io.assent.coordinator.log;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the logs are told of this process; the same in each. Thread-safe. */
public final class ThisInstance {

    private final UUID id;
    private final String version;
    private volatile @Nullable Endpoint endpoint;

    record Endpoint(String address, int port) {}

    /**
     * @param id new for every start
     * @param version of the program
     */
    ThisInstance(UUID id, String version) {
        this.id = id;
        this.version = version;
    }

    /** This process, of this version. */
    public static ThisInstance started() {
        String version = ThisInstance.class.getPackage().getImplementationVersion();
        return new ThisInstance(UUID.randomUUID(), version == null ? "development" : version);
    }

    UUID id() {
        return id;
    }

    String version() {
        return version;
    }

    /** Where the API listens; null before it does. */
    @Nullable
    Endpoint endpoint() {
        return endpoint;
    }

    /** The API listens; written with the next heartbeat. */
    public void listens(String address, int port) {
        endpoint = new Endpoint(address, port);
    }

    /** The address of this machine by which others find it, where nothing is configured. */
    public static String hostAddress() {
        return InstanceTable.hostAddress();
    }
}
