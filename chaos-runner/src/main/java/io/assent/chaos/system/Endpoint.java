package io.assent.chaos.system;

/** Where something listens. */
public record Endpoint(String host, int port) {

    public Endpoint {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("A port must be 1 to 65535: " + port);
        }
    }

    /** On this machine. */
    public static Endpoint loopback(int port) {
        return new Endpoint("127.0.0.1", port);
    }

    /** The base address of an HTTP server there, without a slash at the end. */
    public String httpUrl() {
        return "http://" + this;
    }

    /** The address of a PostgreSQL database there. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + this + "/" + database;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
