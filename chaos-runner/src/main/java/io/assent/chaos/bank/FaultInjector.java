package io.assent.chaos.bank;

import io.assent.chaos.bank.FaultSchedule.Kind;
import io.assent.chaos.bank.FaultSchedule.Step;
import io.assent.chaos.checker.Fault;
import io.assent.chaos.system.Node;
import io.assent.chaos.system.PostgresNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;

/** Breaks and mends, and writes down when. */
final class FaultInjector implements AutoCloseable {

    private final List<Node> nodes;
    private final JsonLines lines;
    private final InstantSource clock = InstantSource.system();

    FaultInjector(List<Node> nodes, Path directory) {
        // A service that starts without its database dies and is started again: databases first.
        this.nodes = nodes.stream()
                .sorted(Comparator.comparing(node -> !(node instanceof PostgresNode)))
                .toList();
        this.lines = new JsonLines(directory.resolve("faults.jsonl"));
    }

    /** Returns when what was broken takes requests again and the gap is over. */
    void apply(Step step) throws InterruptedException {
        List<Node> victims = nodes.stream()
                .filter(node -> step.nodes().contains(node.name()))
                .toList();
        long from = clock.millis();
        boolean kills = step.kind() == Kind.KILL;
        victims.forEach(kills ? Node::kill : Node::pause);
        try {
            pause(step.hold());
        } finally {
            victims.forEach(kills ? Node::start : Node::resume);
        }
        victims.forEach(Node::awaitReady);
        lines.write(new Fault(step.kind().name(), step.nodes(), from, clock.millis()));
        pause(step.gap());
    }

    private static void pause(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
    }

    @Override
    public void close() {
        lines.close();
    }
}
