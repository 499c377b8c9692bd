package io.assent.sample.order;

/** What WireMock says where it plays a participant and a coordinator, in the words of the protocol. */
final class PaymentDouble {

    static final String ROLLED_BACK =
            "{\"decision\": \"ROLLBACK\", \"completion\": \"COMPLETE\", \"outcome\": \"ROLLED_BACK\"}";

    private PaymentDouble() {}

    /** A response template for the Assent-Branches header: the branch that the caller named, with a vote. */
    static String vote(String vote) {
        return "{{#if request.headers.Assent-Transaction}}"
                + "{{regexExtract request.headers.Assent-Transaction 'branch=\"([0-9.]+)\"' 'named'}}"
                + "\"{{named.0}}\";participant=\"payment-service\";url=\"http://127.0.0.1:9/assent/v1\";vote=" + vote
                + ";ref=\"assent:payment-test:{{randomValue length=20 type='ALPHANUMERIC'}}\""
                + "{{/if}}";
    }
}
