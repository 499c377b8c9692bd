package io.assent.chaos.points;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What the commands that run cases have in common. */
final class CaseCommand {

    private CaseCommand() {}

    /** Runs the cases with a line for each; returns the exit code. */
    static int run(List<Case> cases, @Nullable Path wanted, String name, PrintWriter out)
            throws IOException, InterruptedException {
        Path repository = Path.of(System.getProperty("assent.repository", "")).toAbsolutePath();
        Path state = wanted;
        if (state == null) {
            Path target = repository.resolve(".chaos");
            Files.createDirectories(target);
            state = Files.createTempDirectory(target, name + "-");
        }
        out.println(cases.size() + " cases; data and logs in " + state);
        out.flush();
        AtomicInteger done = new AtomicInteger();
        Report report = CaseRun.of(cases, repository, state, result -> {
            out.printf(
                    "[%d/%d] %s: %s, %d ms in doubt, %d ms in all%s%n",
                    done.incrementAndGet(),
                    cases.size(),
                    result.ran().name(),
                    result.answer(),
                    result.inDoubt().toMillis(),
                    result.total().toMillis(),
                    result.violations().isEmpty() ? "" : " VIOLATED: " + result.violations());
            out.flush();
        });
        report.print(out);
        return report.violations().isEmpty() ? 0 : 1;
    }
}
