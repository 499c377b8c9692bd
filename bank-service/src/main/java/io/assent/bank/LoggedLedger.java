package io.assent.bank;

import com.zaxxer.hikari.HikariDataSource;
import io.assent.bank.Transfer.Entry;
import io.assent.participant.BranchRecord;
import io.assent.participant.GlobalTransactions;
import io.assent.participant.TwoPhaseParticipant;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.Vote;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Accounts whose branches are in a log of the bank's own (docs/own-log.md): rows of a database, each step of a branch in one
 * local transaction with what it does to the accounts. The database could as well be one that cannot prepare.
 */
@Repository
@ConditionalOnProperty(name = "bank.balances", havingValue = "log")
class LoggedLedger implements Ledger, TwoPhaseParticipant, DisposableBean {

    private static final String RECORDS = "select transaction_id, branch, ref, state, since from branch";

    private final HikariDataSource pool;
    private final JdbcClient sql;
    private final TransactionTemplate step;
    /** Of calls that run; lost with the process, and so is their vote. */
    private final Map<BranchRef, Transfer.Order> aside = new ConcurrentHashMap<>();

    LoggedLedger(BankProperties properties, MeterRegistry meters) {
        pool = StorePool.of(properties, 15, meters);
        Flyway.configure().dataSource(pool).locations("classpath:db/log").load().migrate();
        sql = JdbcClient.create(pool);
        step = new TransactionTemplate(new JdbcTransactionManager(pool));
    }

    @Override
    public void book(Transfer.Order order) {
        BranchRef ref = GlobalTransactions.currentRef().orElseThrow();
        // As far as can be told; prepare looks again.
        for (Entry entry : order.entries()) {
            requireMoney(entry);
            if (isTouched(order.transfer(), entry.account())) {
                throw new DuplicateKeyException("Transfer " + order.transfer() + " has touched " + entry.account());
            }
        }
        if (Boolean.TRUE.equals(order.refuse())) {
            throw new RefusedException("refused", "Transfer " + order.transfer() + " is refused, as it asked for");
        }
        if (aside.putIfAbsent(ref, order) != null) {
            throw new IllegalStateException(ref + " has booked before");
        }
    }

    private void requireMoney(Entry entry) {
        long left = sql.sql("select balance - held from account where id = ?")
                .param(entry.account())
                .query(Long.class)
                .optional()
                .orElseThrow(() -> RefusedException.accountNotFound(entry.account()));
        if (left + Math.min(entry.amount(), 0) < 0) {
            throw RefusedException.insufficientFunds(entry.account());
        }
    }

    private boolean isTouched(String transfer, String account) {
        return sql.sql("select exists (select from change where transfer = ? and account = ?)")
                .params(transfer, account)
                .query(Boolean.class)
                .single();
    }

    @Override
    public Vote prepare(TransactionId transaction, BranchId branch, BranchRef ref) {
        Transfer.Order order = aside.get(ref);
        if (order == null) {
            return Vote.READ_ONLY;
        }
        boolean promised = Boolean.TRUE.equals(step.execute(status -> {
            if (!insert(transaction, branch, ref, BranchState.PREPARED)) {
                return false;
            }
            // Always in one order, so that two transfers do not wait for each other here.
            order.entries().stream()
                    .sorted(Comparator.comparing(Entry::account))
                    .forEach(entry -> promise(order.transfer(), entry, transaction, branch));
            return true;
        }));
        aside.remove(ref);
        return promised ? Vote.PREPARED : Vote.ROLLBACK;
    }

    private void promise(String transfer, Entry entry, TransactionId transaction, BranchId branch) {
        int held = sql.sql("update account set held = held + greatest(-:amount::bigint, 0)"
                        + " where id = :account and balance - held + least(:amount::bigint, 0) >= 0")
                .param("amount", entry.amount())
                .param("account", entry.account())
                .update();
        if (held == 0) {
            throw RefusedException.insufficientFunds(entry.account());
        }
        sql.sql("insert into change (transfer, account, amount, transaction_id, branch) values (?, ?, ?, ?, ?)")
                .params(transfer, entry.account(), entry.amount(), transaction.value(), branch.value())
                .update();
    }

    @Override
    public void commit(TransactionId transaction, BranchId branch, BranchRef ref) {
        step.executeWithoutResult(status -> {
            if (moved(transaction, branch, ref, BranchState.COMMITTED)) {
                with(
                        transaction,
                        branch,
                        "insert into entry (transfer, account, amount, transaction_id)"
                                + " select transfer, account, amount, transaction_id from change"
                                + " where transaction_id = ? and branch = ?");
                with(
                        transaction,
                        branch,
                        "update account a set balance = a.balance + c.amount, held = a.held - greatest(-c.amount, 0)"
                                + " from change c where c.account = a.id and c.transaction_id = ? and c.branch = ?");
            }
        });
    }

    @Override
    public void rollback(TransactionId transaction, BranchId branch, BranchRef ref) {
        aside.remove(ref);
        step.executeWithoutResult(status -> {
            if (moved(transaction, branch, ref, BranchState.ROLLED_BACK)) {
                with(
                        transaction,
                        branch,
                        "update account a set held = a.held - greatest(-c.amount, 0)"
                                + " from change c where c.account = a.id and c.transaction_id = ? and c.branch = ?");
                with(transaction, branch, "delete from change where transaction_id = ? and branch = ?");
            }
        });
    }

    @Override
    public void writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        insert(transaction, branch, ref, BranchState.ROLLED_BACK);
    }

    /** False: there is a record. */
    private boolean insert(TransactionId transaction, BranchId branch, @Nullable BranchRef ref, BranchState state) {
        return sql.sql("insert into branch (transaction_id, branch, ref, state)"
                                + " values (:transaction, :branch, :ref, :state) on conflict do nothing")
                        .param("transaction", transaction.value())
                        .param("branch", branch.value())
                        .param("ref", ref == null ? null : ref.value())
                        .param("state", state.name())
                        .update()
                == 1;
    }

    /** Whether it was prepared, and has ended so just now. */
    private boolean moved(TransactionId transaction, BranchId branch, BranchRef ref, BranchState state) {
        return sql.sql("update branch set state = ?, since = clock_timestamp()"
                                + " where transaction_id = ? and branch = ? and ref = ? and state = 'PREPARED'")
                        .params(state.name(), transaction.value(), branch.value(), ref.value())
                        .update()
                == 1;
    }

    private void with(TransactionId transaction, BranchId branch, String statement) {
        sql.sql(statement).params(transaction.value(), branch.value()).update();
    }

    @Override
    public List<BranchRecord> recover() {
        return sql.sql(RECORDS + " where state = 'PREPARED'")
                .query(LoggedLedger::branch)
                .list();
    }

    @Override
    public Optional<BranchRecord> find(TransactionId transaction, BranchId branch) {
        return sql.sql(RECORDS + " where transaction_id = ? and branch = ?")
                .params(transaction.value(), branch.value())
                .query(LoggedLedger::branch)
                .optional();
    }

    @Override
    public List<BranchRecord> list(TransactionRange range, int limit) {
        return sql.sql(RECORDS + " order by transaction_id, branch").query(LoggedLedger::branch).list().stream()
                .filter(found -> range.contains(found.transaction()))
                .limit(limit)
                .toList();
    }

    @Override
    public int forget(Instant before, int limit) {
        return sql.sql("delete from branch where (transaction_id, branch) in (select transaction_id, branch from branch"
                        + " where state <> 'PREPARED' and since < ? limit ?)")
                .params(Timestamp.from(before), limit)
                .update();
    }

    private static BranchRecord branch(ResultSet row, int number) throws SQLException {
        String ref = row.getString("ref");
        return new BranchRecord(
                new TransactionId(row.getObject("transaction_id", UUID.class)),
                new BranchId(row.getString("branch")),
                ref == null ? null : new BranchRef(ref),
                BranchState.valueOf(row.getString("state")),
                row.getTimestamp("since").toInstant());
    }

    @Override
    public void open(List<Account> accounts) {
        step.executeWithoutResult(status -> accounts.forEach(account -> sql.sql(
                        "insert into account (id, opening, balance) values (:id, :balance, :balance) on conflict do nothing")
                .param("id", account.id())
                .param("balance", account.balance())
                .update()));
    }

    @Override
    public Optional<Account> balance(String account) {
        return sql.sql("select id, balance from account where id = ?")
                .param(account)
                .query(Account.class)
                .optional();
    }

    @Override
    public List<Account> accounts() {
        return sql.sql("select id, balance from account order by id")
                .query(Account.class)
                .list();
    }

    @Override
    public Sum sum() {
        return sql.sql(AccountTable.SUM).query(Sum.class).single();
    }

    @Override
    public List<Booked> booked(String transfer) {
        return sql.sql(SqlLedger.BOOKED)
                .param(transfer)
                .query((row, number) -> SqlLedger.booked(row))
                .list();
    }

    @Override
    public void destroy() {
        pool.close();
    }
}
