package io.assent.protocol.wire;

import java.util.List;

/**
 * Answer to {@link InquiryRequest}.
 *
 * @param answers in any order; a branch that is missing is UNDECIDED
 */
public record InquiryResponse(List<InquiredAnswer> answers) {}
