package io.assent.peers.restat;

import jakarta.ws.rs.core.Application;
import java.util.Set;
import org.jboss.narayana.rest.integration.HeuristicMapper;
import org.jboss.narayana.rest.integration.ParticipantResource;
import org.jboss.narayana.rest.integration.VolatileParticipantResource;

/** Where the coordinator has participants prepare and commit: Narayana's own. */
public final class ParticipantEndpoints extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(ParticipantResource.class, VolatileParticipantResource.class, HeuristicMapper.class);
    }
}
