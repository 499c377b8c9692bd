package io.assent.embeddedpostgres;

/** Another program listens on the port that was asked for. */
public final class PortInUseException extends EmbeddedPostgresException {

    private static final long serialVersionUID = 1;

    private final int port;

    PortInUseException(int port, String option) {
        super("Port " + port + " on 127.0.0.1 is taken by another program, so PostgreSQL cannot listen there. Stop that"
                + " program or choose another port with " + option + ".");
        this.port = port;
    }

    /** The port that is taken. */
    public int port() {
        return port;
    }
}
