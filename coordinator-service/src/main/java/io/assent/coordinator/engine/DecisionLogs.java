package io.assent.coordinator.engine;

import io.assent.protocol.TransactionId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Port: the decision logs among which transactions are spread; mostly one. For operators. Thread-safe; does not block. */
public interface DecisionLogs {

    /**
     * @param name as configured
     * @param since ids made from then on may be in it; null: all
     * @param cannotDecide why this instance decides nothing in it now; null: it does
     */
    record Log(
            String name, @Nullable Instant since, @Nullable String cannotDecide) {}

    /** All of them, the order as configured. */
    List<Log> logs();

    /**
     * The lives of a log; null if there is none of this name.
     *
     * @throws LogLives.UnavailableException if it could not be opened yet
     */
    @Nullable
    LogLives lives(String log);

    /**
     * What the server of a log tells about itself; null if there is none of this name.
     *
     * @throws LogLives.UnavailableException if it could not be opened yet
     */
    @Nullable
    LogVitals vitals(String log);

    /**
     * The lives of the log that the transaction is in.
     *
     * @throws LogLives.UnavailableException if it could not be opened yet
     */
    LogLives lives(TransactionId id);
}
