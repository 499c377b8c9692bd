package io.assent.coordinator.engine;

import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Port: where participants were, as the decision log tells. Thread-safe; blocks. */
public interface ParticipantAddresses {

    /**
     * Where one was.
     *
     * @param url null: the configured address
     */
    record Address(ParticipantName participant, @Nullable String url) {}

    /**
     * The addresses in the latest transactions of the range, the latest first.
     *
     * @throws LogLives.UnavailableException if they cannot be read
     */
    List<Address> latest(TransactionRange range);
}
