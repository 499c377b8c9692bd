package io.assent.chaos.simulation;

import java.util.ArrayList;
import java.util.List;

/** A participant as its callers know it: replicas behind one address, on one database. */
final class Service {

    final String name;
    final String origin;
    final String url;
    final ModelPostgres database;
    final List<SimulatedParticipant> replicas = new ArrayList<>();

    Service(ModelPostgres database) {
        this.name = database.name;
        this.origin = "http://" + name;
        this.url = origin + "/assent/v1";
        this.database = database;
    }

    SimulatedParticipant any(World world) {
        return world.any(replicas);
    }

    @Override
    public String toString() {
        return name;
    }
}
