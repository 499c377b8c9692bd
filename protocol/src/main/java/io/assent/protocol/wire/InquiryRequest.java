package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/inquiries}: a participant asks about its branches in doubt.
 *
 * @param participant who asks; mandatory
 * @param branches 1 to 1,000 branches
 */
public record InquiryRequest(
        @Nullable String participant, @Nullable List<InquiredBranch> branches) {}
