package io.assent.demo;

import io.assent.demo.system.DemoSystem;

/** The started system with its screen; stopped on close and when the JVM is asked to end. */
final class Session implements AutoCloseable {

    private final Screen screen;
    private final DemoSystem system;
    private boolean closed;

    private Session(Screen screen, DemoSystem system) {
        this.screen = screen;
        this.system = system;
    }

    static Session start(CommonOptions options) {
        Screen screen = new Screen(System.out, Boolean.getBoolean("assent.demo.terminal"));
        DemoSystem system = DemoSystem.open(options.system(), screen);
        Session session = new Session(screen, system);
        Runtime.getRuntime().addShutdownHook(new Thread(session::close, "stop"));
        try {
            if (options.reset) {
                system.reset();
            }
            system.start();
            return session;
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    DemoSystem system() {
        return system;
    }

    Screen screen() {
        return screen;
    }

    /** Safe to repeat: the end of a command and the shutdown hook both come here, and the second one waits. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        screen.begun("Stopping");
        system.close();
        screen.idle();
        screen.done("Everything is stopped");
        screen.close();
    }
}
