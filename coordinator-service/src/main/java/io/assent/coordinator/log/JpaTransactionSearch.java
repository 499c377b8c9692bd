package io.assent.coordinator.log;

import io.assent.coordinator.engine.FieldNames;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.ParticipantName;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private final String name;
    private final TransactionEntityRepository repository;
    private final EntityManager entities;
    private final TransactionTemplate reading;
    private final LogProperties properties;
    private final LogMetrics metrics;

    /** @param name of the log */
    JpaTransactionSearch(
            String name,
            TransactionEntityRepository repository,
            EntityManager entities,
            PlatformTransactionManager transactionManager,
            LogProperties properties,
            LogMetrics metrics) {
        this.name = name;
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
                log.atError()
                        .addKeyValue(FieldNames.TRANSACTION, row.id())
                        .log(
                                "The row of transaction {} cannot be read and is left out of a search: {}",
                                row.id(),
                                e.getMessage());
            }
        }
        return new Result(shown, List.of());
    }

    /** Reads what the index of unfinished transactions leads to, and no more of it than a bound. */
    @Override
    public Backlog backlog() {
        return reading.execute(status -> {
            boundedAndDated();
            List<Undelivered> undelivered = new ArrayList<>();
            for (Object found : entities.createNativeQuery("""
                            with unfinished as materialized (
                                select t.branches, t.decided_at from assent_transaction t
                                where t.completed_at is null and t.confirmed limit :most)
                            select b.branch ->> 'participant', b.branch ->> 'url', count(*), min(u.decided_at)
                            from unfinished u cross join lateral jsonb_array_elements(u.branches) b (branch)
                            where not coalesce(cast(b.branch -> 'acknowledged' as boolean), false)
                                and b.branch ->> 'vote' <> 'READ_ONLY'
                                -- One that has ended and is not acknowledged ended against the decision: a person is
                                -- waited for, not the participant.
                                and coalesce(b.branch ->> 'state', '') not in ('COMMITTED', 'ROLLED_BACK', 'NEVER_SEEN')
                            group by 1, 2
                            """, Object[].class)
                    .setParameter("most", Backlog.MOST)
                    .getResultList()) {
                Object[] row = (Object[]) found;
                undelivered.add(new Undelivered(
                        new ParticipantName((String) row[0]),
                        (String) row[1],
                        ((Number) row[2]).longValue(),
                        instant(row[3])));
            }
            Long heuristics = (Long) entities.createNativeQuery("""
                            select count(*) from (
                                select from assent_transaction t
                                where t.completed_at is null and t.confirmed and t.outcome is not null limit :most) h
                            """, Long.class)
                    .setParameter("most", Backlog.MOST)
                    .getSingleResult();
            return new Backlog(undelivered, heuristics, List.of());
        });
    }

    /** What is not decided is not finished, so the same index leads to it. */
    @Override
    public List<Undecided> undecided() {
        Map<String, Long> byOwner = new HashMap<>();
        reading.executeWithoutResult(status -> {
            boundedAndDated();
            for (Object found : entities.createNativeQuery("""
                            select u.owner, count(*) from (
                                select t.owner from assent_transaction t
                                where t.completed_at is null and t.verdict is null and t.owner is not null limit :most) u
                            group by u.owner
                            """, Object[].class)
                    .setParameter("most", Undecided.MOST)
                    .getResultList()) {
                Object[] row = (Object[]) found;
                byOwner.put((String) row[0], ((Number) row[1]).longValue());
            }
        });
        return List.of(new Undecided(name, byOwner));
    }

    private Instant boundedAndDated() {
        Object[] row = (Object[]) entities.createNativeQuery(
                        "select clock_timestamp(), set_config('statement_timeout', :millis, true)", Object[].class)
                .setParameter("millis", Long.toString(properties.searchTimeout().toMillis()))
                .getSingleResult();
        return instant(row[0]);
    }

    private static Instant instant(Object column) {
        return column instanceof Instant instant ? instant : ((java.time.OffsetDateTime) column).toInstant();
    }
}
