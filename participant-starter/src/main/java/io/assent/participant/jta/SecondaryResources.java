package io.assent.participant.jta;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The resources besides the main database, known when the service has started. Thread-safe. */
public final class SecondaryResources {

    private final List<SecondaryResource> resources = new CopyOnWriteArrayList<>();

    public void add(SecondaryResource resource) {
        resources.add(resource);
    }

    /** All of them, in the order in which they are ended. */
    public List<SecondaryResource> all() {
        return List.copyOf(resources);
    }
}
