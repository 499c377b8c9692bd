package io.assent.demo;

import io.assent.demo.system.DemoSystem;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What there was before anybody bought something.
 *
 * @param moneyPence what customers and the merchant had together
 * @param stock the goods; null if there is no stock service
 * @param kinds points and receipts; null without services of all kinds
 */
record Before(
        long moneyPence,
        @Nullable StockSums stock,
        @Nullable KindSums kinds) {

    /** What a killed run has left unfinished is awaited first: it would be taken for something that happened since. */
    static Before read(DemoSystem system) throws SQLException {
        DemoCommand.awaitQuiet(system);
        return new Before(Sums.read(system).moneyPence(), StockSums.read(system), KindSums.read(system));
    }
}
