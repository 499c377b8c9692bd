package io.assent.sample.payment;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "Accounts")
class AccountsController {

    record Opening(@PositiveOrZero @Max(Limits.PENCE) long openingBalancePence) {}

    record NewAccount(
            @Customer String customer,
            @PositiveOrZero @Max(Limits.PENCE) long openingBalancePence) {}

    record NewAccounts(@NotEmpty @Size(max = 1_000) List<@NotNull @Valid NewAccount> accounts) {}

    record AccountView(String customer, long balancePence) {}

    record Opened(int opened, int existing) {}

    private final AccountService accounts;

    AccountsController(AccountService accounts) {
        this.accounts = accounts;
    }

    @PutMapping("/api/accounts/{customer}")
    @Operation(summary = "Open an account: 201 when it is new, 200 when it was there (it is left as it is)")
    ResponseEntity<AccountView> open(@PathVariable @Customer String customer, @Valid @RequestBody Opening opening) {
        boolean opened = accounts.open(customer, opening.openingBalancePence());
        AccountView view = new AccountView(customer, accounts.balancePence(customer));
        return opened
                ? ResponseEntity.created(URI.create("/api/accounts/" + customer))
                        .body(view)
                : ResponseEntity.ok(view);
    }

    @PostMapping("/api/accounts:batch")
    @Operation(summary = "Open up to 1,000 accounts; those that are there are left as they are")
    Opened openAll(@Valid @RequestBody NewAccounts request) {
        int opened = accounts.openAll(request.accounts());
        return new Opened(opened, request.accounts().size() - opened);
    }

    @GetMapping("/api/accounts/{customer}")
    @Operation(summary = "The balance of a customer, or of \"merchant\"")
    AccountView account(@PathVariable String customer) {
        return new AccountView(customer, accounts.balancePence(customer));
    }
}
