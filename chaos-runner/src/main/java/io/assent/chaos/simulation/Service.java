package io.assent.chaos.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A participant as its callers know it: replicas behind one address, on one database. */
final class Service {

    final String name;
    final String origin;
    final String url;
    final ModelPostgres database;
    /** Whether its branches are held open until their votes are asked for (late prepare). */
    final boolean late;

    /** Where its branches reserve something, or null (Try-Confirm-Cancel). */
    final @Nullable Outside outside;

    final List<SimulatedParticipant> replicas = new ArrayList<>();

    Service(ModelPostgres database, boolean late, @Nullable Outside outside) {
        this.name = database.name;
        this.origin = "http://" + name;
        this.url = origin + "/assent/v1";
        this.database = database;
        this.late = late;
        this.outside = outside;
    }

    /** The replica that a branch names, if it names one; else any. */
    SimulatedParticipant at(@Nullable String address, World world) {
        return replicas.stream()
                .filter(replica -> late && replica.url().equals(address))
                .findFirst()
                .orElseGet(() -> any(world));
    }

    SimulatedParticipant any(World world) {
        return world.any(replicas);
    }

    @Override
    public String toString() {
        return name;
    }
}
