package io.assent.conformance;

import io.assent.conformance.http.CaseFailedException;
import io.assent.conformance.http.CaseSkippedException;
import io.assent.conformance.http.Transcript;
import io.assent.conformance.report.CaseResult;
import io.assent.conformance.report.Verdict;
import java.time.Duration;
import java.util.List;

/** Runs one piece of a case and turns what it throws into a verdict. */
public final class CaseRunner {

    private final Transcript transcript;
    private final Runnable cleanUp;

    /** @param cleanUp ends what the case has left open; its failure is no verdict */
    public CaseRunner(Transcript transcript, Runnable cleanUp) {
        this.transcript = transcript;
        this.cleanUp = cleanUp;
    }

    /** Runs a whole case. */
    public <S> CaseResult run(ConformanceCase<S> each, S subject) {
        transcript.clear();
        CaseResult result =
                attempt(each.id(), each.rule(), each.title(), () -> each.body().check(subject));
        cleanUp.run();
        return result;
    }

    /** Runs a piece of a case, without forgetting what was said before. */
    public CaseResult attempt(String id, String rule, String title, Piece piece) {
        long begun = System.nanoTime();
        Verdict verdict = Verdict.PASSED;
        String detail = "";
        try {
            piece.run();
        } catch (CaseSkippedException e) {
            verdict = Verdict.SKIPPED;
            detail = String.valueOf(e.getMessage());
        } catch (CaseFailedException e) {
            verdict = Verdict.FAILED;
            detail = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            verdict = Verdict.FAILED;
            detail = "interrupted";
        } catch (Exception e) {
            verdict = Verdict.FAILED;
            detail = e.toString();
        }
        return new CaseResult(
                id,
                rule,
                title,
                verdict,
                detail,
                verdict == Verdict.FAILED ? transcript.lines() : List.of(),
                Duration.ofNanos(System.nanoTime() - begun));
    }

    /** A piece of a case. */
    @FunctionalInterface
    public interface Piece {
        void run() throws Exception;
    }
}
