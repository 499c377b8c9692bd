package io.assent.chaos.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.chaos.bank.Plan.Kind;
import io.assent.chaos.checker.Effect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: the workload has every shape of transfer and never makes money. Method: many plans of both kinds. */
class PlansTests {

    private static final List<String> BANKS = Plans.banks(3);

    @TempDir
    Path directory;

    @Test
    void random_transfers_are_balanced_touch_no_account_twice_and_have_one_to_five_branches() {
        List<Plan> plans = random(5, 2_000);

        for (Plan plan : plans) {
            assertThat(plan.effects().stream().mapToLong(Effect::amount).sum()).isZero();
            assertThat(new HashSet<>(plan.effects().stream()
                            .map(effect -> effect.bank() + effect.account())
                            .toList()))
                    .hasSameSizeAs(plan.effects());
        }
        assertThat(plans.stream().map(plan -> plan.legs().size()).distinct()).contains(0, 1, 2, 3, 5);
        assertThat(plans.stream().map(Plan::kind).distinct()).containsExactlyInAnyOrder(Kind.values());
        assertThat(plans).anyMatch(Plan::poisoned);
        assertThat(plans.stream()
                        .map(plan -> plan.effects().stream()
                                .map(Effect::bank)
                                .distinct()
                                .count())
                        .distinct())
                .contains(1L, 2L, 3L);
        assertThat(plans)
                .as("an own leg alone, and another bank's leg alone")
                .anyMatch(plan ->
                        plan.legs().size() == 1 && plan.legs().get(0).bank().equals(plan.bank()))
                .anyMatch(plan ->
                        plan.legs().size() == 1 && !plan.legs().get(0).bank().equals(plan.bank()));
    }

    @Test
    void a_bank_that_begins_no_transfers_is_asked_for_none_and_takes_part_in_many() {
        RandomPlans plans = new RandomPlans(BANKS, List.of("bank-1", "bank-2"), 5);

        List<Plan> transfers = IntStream.range(0, 500)
                .mapToObj(i -> plans.next(1))
                .filter(plan -> plan.kind() == Kind.TRANSFER)
                .toList();

        assertThat(transfers)
                .extracting(Plan::bank)
                .containsOnly("bank-1", "bank-2")
                .hasSizeGreaterThan(100);
        assertThat(transfers.stream().flatMap(plan -> plan.effects().stream()))
                .extracting(Effect::bank)
                .contains("bank-3");
    }

    @Test
    void the_same_seed_gives_every_client_the_same_plans() {
        assertThat(random(5, 50)).isEqualTo(random(5, 50)).isNotEqualTo(random(6, 50));
    }

    @Test
    void invoices_go_from_the_customer_to_the_shop_and_cancellations_back() throws Exception {
        Path file = directory.resolve("invoices.csv");
        Files.writeString(file, """
                InvoiceNo,InvoiceDate,CustomerID,Country,Quantity,UnitPrice
                536365,2010-12-01T08:26,17850,United Kingdom,3,1.335
                C536379,2010-12-01T09:41,17850,United Kingdom,-1,27.50
                536400,2010-12-01T09:45,(blank),United Kingdom,2,0
                """);

        InvoicePlans plans = InvoicePlans.read(file, BANKS, BANKS);

        assertThat(plans.size()).isEqualTo(2);
        assertThat(plans.skipped()).isEqualTo(1);
        assertThat(plans.next(1).effects()).extracting(Effect::amount).containsExactly(-401L, 401L);
        assertThat(plans.next(2).effects()).extracting(Effect::amount).containsExactly(2750L, -2750L);
        assertThat(plans.next(1)).isNull();
        assertThat(plans.accounts().values().stream().flatMap(accounts -> accounts.keySet().stream()))
                .contains("customer-17850", "shop-1", "shop-2");
    }

    @Test
    void a_file_that_holds_no_invoices_is_refused_with_the_reason() throws Exception {
        Path file = directory.resolve("invoices.csv");
        Files.writeString(file, "a,b\n1,2\n");

        assertThatThrownBy(() -> InvoicePlans.read(file, BANKS, BANKS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("InvoiceNo");
    }

    private static List<Plan> random(long seed, int count) {
        RandomPlans plans = new RandomPlans(BANKS, seed);
        return new ArrayList<>(
                IntStream.range(0, count).mapToObj(i -> plans.next(1)).toList());
    }
}
