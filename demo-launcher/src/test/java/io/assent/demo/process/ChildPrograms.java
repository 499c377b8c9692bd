package io.assent.demo.process;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** The main programs of the processes in {@link SupervisedProcessTests}. */
final class ChildPrograms {

    private ChildPrograms() {}

    /** Arguments: port, and ready, never (503) or broken (ends at once). */
    static final class Child {

        private Child() {}

        public static void main(String[] arguments) throws Exception {
            if (arguments[1].equals("broken")) {
                System.out.println("this is why");
                System.exit(7);
            }
            HttpServer server =
                    HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 10);
            server.createContext("/ready", exchange -> {
                exchange.sendResponseHeaders(arguments[1].equals("ready") ? 200 : 503, -1);
                exchange.close();
            });
            server.start();
        }
    }

    /** Arguments: directory, port. Starts a child and waits to be killed. */
    static final class Launcher {

        private Launcher() {}

        public static void main(String[] arguments) throws Exception {
            SupervisedProcess process = new SupervisedProcess(
                    SupervisedProcessTests.spec(Path.of(arguments[0]), Integer.parseInt(arguments[1]), "ready"),
                    new ProcessStarter(),
                    Executors.newSingleThreadScheduledExecutor(),
                    System.out::println);
            process.start();
            new CountDownLatch(1).await();
        }
    }
}
