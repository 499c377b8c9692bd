package io.assent.participant.engine;

import io.assent.protocol.BranchRef;
import java.util.List;
import java.util.Map;

/** In which resources besides the main database branches are prepared, where a branch has several; for people. Thread-safe. */
@FunctionalInterface
public interface PreparedParts {

    /** The names of the resources, by branch. What cannot be asked is left out. */
    Map<BranchRef, List<String>> byBranch();
}
