package io.assent.participant.autoconfigure;

import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;

/** How many requests the server works on at once. */
final class RequestThreads {

    /** What Tomcat and Jetty have in Spring Boot when nothing is configured. */
    private static final int DEFAULT = 200;

    /** With virtual threads there are as many as are needed. */
    private static final int UNBOUNDED = 10_000;

    private RequestThreads() {}

    /** Half of them, at least one. */
    static int half(Environment environment) {
        if (Threading.VIRTUAL.isActive(environment)) {
            return UNBOUNDED;
        }
        int jetty = environment.getProperty("server.jetty.threads.max", Integer.class, DEFAULT);
        int threads = environment.getProperty("server.tomcat.threads.max", Integer.class, jetty);
        return Math.max(1, threads / 2);
    }
}
