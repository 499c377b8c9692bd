package io.assent.coordinator.engine;

/**
 * What the ids are called wherever they are told beside a text: in structured logs and in spans. Never in metrics. With a
 * prefix, because Elastic's common schema has "transaction" for something else.
 */
public final class FieldNames {

    public static final String TRANSACTION = "assent.transaction";
    public static final String BRANCH = "assent.branch";
    public static final String PARTICIPANT = "assent.participant";

    private FieldNames() {}
}
