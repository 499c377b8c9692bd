package io.assent.participant.jta;

import io.assent.participant.engine.BranchResource.End;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.protocol.BranchRef;
import java.util.List;

/** A resource besides the main database, in phase two. Any replica may end what another has prepared. Thread-safe. */
public interface SecondaryResource {

    /** For people. */
    String name();

    /** NOT_THERE also if the branch had no part in this resource: nothing is known then. */
    End commitPrepared(BranchRef ref);

    End rollbackPrepared(BranchRef ref);

    /**
     * This participant's branches that are prepared here.
     *
     * @throws BranchResourceException if that is not known now
     */
    List<ExecutionRef> prepared();
}
