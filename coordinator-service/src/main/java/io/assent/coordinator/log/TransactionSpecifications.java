package io.assent.coordinator.log;

import io.assent.coordinator.engine.TransactionSearch.Query;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionState;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.data.jpa.domain.Specification;

/** What a search asks for, as conditions on rows. */
final class TransactionSpecifications {

    private TransactionSpecifications() {}

    /** @param now the database's clock */
    static Specification<TransactionEntity> matching(Query query, Instant now) {
        return (row, criteria, is) -> {
            List<Predicate> all = new ArrayList<>();
            if (query.before() != null) {
                all.add(is.lessThan(row.<UUID>get("id"), query.before().value()));
            }
            if (query.owner() != null) {
                all.add(is.or(is.isNull(row.get("owner")), is.equal(row.get("owner"), query.owner())));
            }
            if (query.name() != null) {
                all.add(is.equal(row.get("name"), query.name()));
            }
            if (query.olderThan() != null) {
                all.add(is.lessThanOrEqualTo(row.<Instant>get("changedAt"), now.minus(query.olderThan())));
            }
            if (query.participant() != null) {
                // branches @> [{"participant": …}]
                all.add(is.isTrue(is.function(
                        "jsonb_contains",
                        Boolean.class,
                        row.get("branches"),
                        is.function(
                                "jsonb_build_array",
                                Object.class,
                                is.function(
                                        "jsonb_build_object",
                                        Object.class,
                                        is.literal("participant"),
                                        is.literal(query.participant().value()))))));
            }
            if (!query.outcomes().isEmpty()) {
                // Not told before the decision is (R4).
                all.add(is.isTrue(row.get("confirmed")));
                all.add(row.get("outcome").in(query.outcomes()));
            }
            if (query.state() != null) {
                all.add(shownAs(query.state(), row, is));
            }
            return is.and(all);
        };
    }

    /** The states as {@link TransactionEntity#shown()} shows them: an unconfirmed decision is PREPARING (R4). */
    private static Predicate shownAs(TransactionState state, Root<TransactionEntity> row, CriteriaBuilder is) {
        Predicate undecided = is.isNull(row.get("verdict"));
        Predicate unconfirmed = is.and(is.isNotNull(row.get("verdict")), is.isFalse(row.get("confirmed")));
        return switch (state) {
            case ACTIVE -> is.and(undecided, is.isNull(row.get("closedAt")));
            case PREPARING -> is.or(is.and(undecided, is.isNotNull(row.get("closedAt"))), unconfirmed);
            case COMMITTING -> told(Decision.COMMIT, false, row, is);
            case COMMITTED -> told(Decision.COMMIT, true, row, is);
            case ROLLING_BACK -> told(Decision.ROLLBACK, false, row, is);
            case ROLLED_BACK -> told(Decision.ROLLBACK, true, row, is);
        };
    }

    private static Predicate told(
            Decision decision, boolean complete, Root<TransactionEntity> row, CriteriaBuilder is) {
        return is.and(
                is.equal(row.get("verdict"), decision),
                is.isTrue(row.get("confirmed")),
                complete ? is.isNotNull(row.get("completedAt")) : is.isNull(row.get("completedAt")));
    }
}
