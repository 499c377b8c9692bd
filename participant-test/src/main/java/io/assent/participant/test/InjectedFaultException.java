package io.assent.participant.test;

/** What fails because {@link AssentFaults} said so. */
public final class InjectedFaultException extends RuntimeException {

    private static final long serialVersionUID = 1;

    InjectedFaultException(AssentFaults.Point point) {
        super("The test lets it fail at " + point);
    }
}
