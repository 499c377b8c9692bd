package io.assent.protocol.wire;

/**
 * What may be told about one branch.
 *
 * @param transaction id
 * @param branch path
 * @param ref execution
 * @param answer COMMIT, ROLLBACK, UNDECIDED or FORGOTTEN
 */
public record InquiredAnswer(String transaction, String branch, String ref, String answer) {}
