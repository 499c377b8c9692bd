package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/commits}: many commit requests of one process.
 *
 * @param commits 1 to 256 commits
 */
public record CommitsRequest(@Nullable List<Commit> commits) {}
