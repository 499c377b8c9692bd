package io.assent.participant.test;

import io.assent.embeddedpostgres.TestPostgres;

/** A test JVM as it is while a test runs: says who its children are, and waits to be killed. */
final class KilledTestJvm {

    private KilledTestJvm() {}

    public static void main(String[] arguments) throws InterruptedException {
        System.out.println("children " + TestCoordinator.shared().process().pid() + " "
                + TestPostgres.shared().server().pid());
        Thread.sleep(Long.MAX_VALUE);
    }
}
