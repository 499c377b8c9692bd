package io.assent.participant.jta;

import io.assent.participant.engine.BranchResourceException;
import io.assent.protocol.BranchRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The resources besides the main database, known when the service has started. Thread-safe. */
public final class SecondaryResources {

    private static final Logger log = LoggerFactory.getLogger(SecondaryResources.class);

    private static final int MAX_REMEMBERED = 10_000;

    private final List<SecondaryResource> resources = new CopyOnWriteArrayList<>();

    /** What this process has prepared, so that an order does not ask resources that have no part in the branch. */
    private final Map<BranchRef, Set<String>> prepared = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<BranchRef, Set<String>> eldest) {
            return size() > MAX_REMEMBERED;
        }
    });

    public void add(SecondaryResource resource) {
        resources.add(resource);
    }

    /** All of them, in the order in which they are ended. */
    public List<SecondaryResource> all() {
        return List.copyOf(resources);
    }

    /** The names of those in which a branch is prepared. A resource that cannot be asked is left out. */
    public Map<BranchRef, List<String>> prepared() {
        Map<BranchRef, List<String>> names = new HashMap<>();
        for (SecondaryResource resource : resources) {
            try {
                resource.prepared()
                        .forEach(execution -> names.computeIfAbsent(execution.ref(), any -> new ArrayList<>())
                                .add(resource.name()));
            } catch (BranchResourceException e) {
                log.warn("{} cannot be asked for branches in doubt: {}", resource.name(), e.getMessage());
            }
        }
        return names;
    }

    /** Those that may have a part in the branch: all, if another process has prepared it or that was long ago. */
    List<SecondaryResource> of(BranchRef ref) {
        Set<String> names = prepared.get(ref);
        return names == null
                ? all()
                : resources.stream()
                        .filter(resource -> names.contains(resource.name()))
                        .toList();
    }

    /** Before the first of them is prepared. */
    void preparing(BranchRef ref, Set<String> names) {
        prepared.put(ref, Set.copyOf(names));
    }
}
