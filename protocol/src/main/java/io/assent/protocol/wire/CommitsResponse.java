package io.assent.protocol.wire;

import java.util.List;

/**
 * Answer to {@link CommitsRequest}.
 *
 * @param results one per commit, in the order of the request
 */
public record CommitsResponse(List<CommitResult> results) {}
