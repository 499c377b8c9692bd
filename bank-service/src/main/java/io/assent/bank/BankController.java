package io.assent.bank;

import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The bank's API. {@code POST /entries} is one branch of whatever transaction its caller is in. */
@RestController
class BankController {

    record Openings(List<Ledger.Account> accounts) {

        void check() {
            Transfer.require(accounts != null && accounts.size() <= 10_000, "accounts must be at most 10000");
            for (Ledger.Account account : accounts) {
                Transfer.name("id", account.id());
                Transfer.require(account.balance() >= 0, "a balance must not be negative");
            }
        }
    }

    record Accounts(List<Ledger.Account> accounts) {}

    record TransferView(String id, List<Ledger.Booked> entries) {}

    private final TransferDesk desk;
    private final Ledger ledger;

    BankController(TransferDesk desk, Ledger ledger) {
        this.desk = desk;
        this.ledger = ledger;
    }

    /** 201 committed now, 200 committed before. */
    @PostMapping("/transfers")
    ResponseEntity<TransferDesk.Done> transfer(@RequestBody Transfer transfer) {
        TransferDesk.Done done = desk.transfer(transfer);
        return ResponseEntity.status(done.repeated() ? HttpStatus.OK : HttpStatus.CREATED)
                .body(done);
    }

    /** What is committed of a transfer here; 404 says that nothing is yet, not that nothing will be. */
    @GetMapping("/transfers/{id}")
    TransferView transfer(@PathVariable String id) {
        List<Ledger.Booked> booked = ledger.booked(id);
        if (booked.isEmpty()) {
            throw new NotFoundException("transfer-not-found", "Nothing of transfer " + id + " is committed here");
        }
        return new TransferView(id, booked);
    }

    @PostMapping("/entries")
    @ResponseStatus(HttpStatus.CREATED)
    void book(@RequestBody Transfer.Order order) {
        order.check();
        ledger.book(order);
    }

    @PostMapping("/accounts")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void open(@RequestBody Openings openings) {
        openings.check();
        ledger.open(openings.accounts());
    }

    @GetMapping("/accounts")
    Accounts accounts() {
        return new Accounts(ledger.accounts());
    }

    @GetMapping("/accounts/{id}")
    Ledger.Account account(@PathVariable String id) {
        return ledger.balance(id)
                .orElseThrow(() -> new NotFoundException("account-not-found", "There is no account " + id));
    }

    @GetMapping("/sum")
    Ledger.Sum sum() {
        return ledger.sum();
    }
}
