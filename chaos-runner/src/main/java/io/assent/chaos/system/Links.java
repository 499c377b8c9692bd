package io.assent.chaos.system;

/** What stands between the processes: nothing, or for example a proxy that breaks messages. */
@FunctionalInterface
public interface Links {

    /**
     * Asked once for each link, before either end of it connects.
     *
     * @param target where {@code link.to()} listens, or will
     * @return what {@code link.from()} is told to connect to
     */
    Endpoint through(Link link, Endpoint target);

    /** Everybody connects to everybody directly. */
    static Links direct() {
        return (link, target) -> target;
    }
}
