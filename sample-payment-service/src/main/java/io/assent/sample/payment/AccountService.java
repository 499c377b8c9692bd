package io.assent.sample.payment;

import static io.assent.sample.payment.LedgerEntry.MERCHANT;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Opens accounts and tells what is in them. */
@Service
class AccountService {

    private final Accounts accounts;
    private final LedgerEntries ledger;
    private final NamedParameterJdbcTemplate jdbc;

    AccountService(Accounts accounts, LedgerEntries ledger, NamedParameterJdbcTemplate jdbc) {
        this.accounts = accounts;
        this.ledger = ledger;
        this.jdbc = jdbc;
    }

    /** Returns whether the account is new; one that was there keeps its balance. */
    @Transactional
    public boolean open(String customer, long openingBalancePence) {
        return accounts.open(customer, openingBalancePence) == 1;
    }

    /** Opens those that are not there yet, in one round trip, and returns how many that were. */
    @Transactional
    public int openAll(List<AccountsController.NewAccount> newAccounts) {
        @SuppressWarnings({"unchecked", "rawtypes"})
        Map<String, Object>[] rows = newAccounts.stream()
                .map(account -> Map.of("customer", account.customer(), "balance", account.openingBalancePence()))
                .toArray(Map[]::new);
        int[] inserted = jdbc.batchUpdate("""
                insert into account (customer, balance_pence, opening_balance_pence)
                values (:customer, :balance, :balance)
                on conflict do nothing""", rows);
        return Arrays.stream(inserted).sum();
    }

    @Transactional(readOnly = true)
    public long balancePence(String customer) {
        if (customer.equals(MERCHANT)) {
            return ledger.balance(MERCHANT);
        }
        return accounts.findById(customer)
                .map(Account::balancePence)
                .orElseThrow(() -> new AccountNotFoundException(customer));
    }
}
