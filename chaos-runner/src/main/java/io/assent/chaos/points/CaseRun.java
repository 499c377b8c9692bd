package io.assent.chaos.points;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Starts a system, runs cases in it one after the other with other transfers beside them, and ends it. */
final class CaseRun {

    private CaseRun() {}

    /**
     * @param repository with the built modules
     * @param state an empty or new directory for data and logs; it stays
     * @param progress is told of each result as soon as it is there
     */
    static Report of(List<Case> cases, Path repository, Path state, Consumer<CaseResult> progress)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (Laboratory laboratory = new Laboratory(repository, state)) {
            CaseRunner runner = new CaseRunner(laboratory);
            List<CaseResult> results = new ArrayList<>();
            Background background = new Background(laboratory);
            try (background) {
                for (Case ran : cases) {
                    CaseResult result = runner.run(ran);
                    results.add(result);
                    progress.accept(result);
                }
            }
            List<String> others = new ArrayList<>(runner.checkAll());
            try {
                others.addAll(background.violations());
            } catch (SQLException e) {
                others.add("the books could not be read: " + e.getMessage());
            }
            return new Report(results, others, background.count(), Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
