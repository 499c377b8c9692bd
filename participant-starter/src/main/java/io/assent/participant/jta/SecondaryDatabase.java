package io.assent.participant.jta;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResource.End;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchRef;
import java.util.List;

/** A second PostgreSQL database: SQL and SQLSTATEs as for the main one, under other names and without markers. */
public final class SecondaryDatabase implements SecondaryResource {

    /** As many as PostgreSQL can hold. */
    private static final int ALL = 1 << 18;

    private final String name;
    private final BranchResource database;

    /** @param database made with the {@link io.assent.participant.postgres.PreparedNames} of {@code name} */
    public SecondaryDatabase(String name, BranchResource database) {
        this.name = name;
        this.database = database;
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * What is not there any more may have committed a moment ago, visibly and not yet on the standby (L5). The main database is
     * ended after this, and its marker is the proof for all, so it waits until that is certain.
     */
    @Override
    public End commitPrepared(BranchRef ref) {
        End end = database.commitPrepared(ref);
        if (end == End.NOT_THERE) {
            database.barrier();
        }
        return end;
    }

    @Override
    public End rollbackPrepared(BranchRef ref) {
        return database.rollbackPrepared(ref);
    }

    @Override
    public List<ExecutionRef> prepared() {
        return database.prepared(ALL).stream().map(SecondaryDatabase::execution).toList();
    }

    private static ExecutionRef execution(PreparedBranch branch) {
        return new ExecutionRef(branch.transaction(), branch.branch(), branch.deadline(), branch.ref());
    }
}
