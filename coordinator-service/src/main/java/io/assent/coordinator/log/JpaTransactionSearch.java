package io.assent.coordinator.log;

import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.protocol.TransactionRecord;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.domain.Sort;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lists transactions, newest first, page after page by id: however deep a page lies, it costs the same. Reads the primary
 * (L6). Bounded in time by the database, which is harmless here: nothing is written (L2 is about writes).
 */
final class JpaTransactionSearch implements TransactionSearch {

    private static final Logger log = LoggerFactory.getLogger(JpaTransactionSearch.class);

    private static final Sort NEWEST_FIRST = Sort.by(Sort.Direction.DESC, "id");
    private static final int MAX_LIMIT = 500;

    private final TransactionEntityRepository repository;
    private final EntityManager entities;
    private final TransactionTemplate reading;
    private final LogProperties properties;
    private final LogMetrics metrics;

    JpaTransactionSearch(
            TransactionEntityRepository repository,
            EntityManager entities,
            PlatformTransactionManager transactionManager,
            LogProperties properties,
            LogMetrics metrics) {
        this.repository = repository;
        this.entities = entities;
        this.reading = new TransactionTemplate(transactionManager);
        this.reading.setReadOnly(true);
        this.properties = properties;
        this.metrics = metrics;
    }

    @Override
    public Result search(Query query) {
        if (query.limit() < 1 || query.limit() > MAX_LIMIT) {
            throw new IllegalArgumentException("limit is " + query.limit() + "; allowed is 1 to " + MAX_LIMIT);
        }
        List<TransactionEntity> rows = reading.execute(status -> {
            Instant now = boundedAndDated();
            return repository.findBy(
                    TransactionSpecifications.matching(query, now),
                    found -> found.sortBy(NEWEST_FIRST).limit(query.limit()).all());
        });
        List<TransactionRecord> shown = new ArrayList<>();
        for (TransactionEntity row : rows) {
            try {
                shown.add(row.shown());
            } catch (UnreadableRowException e) {
                metrics.unreadable().increment();
                log.error(
                        "The row of transaction {} cannot be read and is left out of a search: {}",
                        row.id(),
                        e.getMessage());
            }
        }
        return new Result(shown, List.of());
    }

    private Instant boundedAndDated() {
        Object[] row = (Object[]) entities.createNativeQuery(
                        "select clock_timestamp(), set_config('statement_timeout', :millis, true)", Object[].class)
                .setParameter("millis", Long.toString(properties.searchTimeout().toMillis()))
                .getSingleResult();
        return row[0] instanceof Instant now ? now : ((java.time.OffsetDateTime) row[0]).toInstant();
    }
}
