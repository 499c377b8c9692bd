package io.assent.chaos.bank;

import io.assent.chaos.bank.Plan.Entry;
import io.assent.chaos.bank.Plan.Kind;
import io.assent.chaos.bank.Plan.Leg;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A till's invoices as transfers from the customer to the shop, cancellations back. Customers have their account at one
 * of the banks, the shop at another.
 */
final class InvoicePlans implements Plans {

    /** The shop has several accounts, or every invoice would wait for the one before. */
    private static final int SHOP_ACCOUNTS = 40;

    private static final long OPENING_PENCE = 1_000_000_000L;

    private final Map<String, Map<String, Long>> accounts = new LinkedHashMap<>();
    private final List<Plan> plans = new ArrayList<>();
    private final AtomicInteger position = new AtomicInteger();
    private int skipped;

    private InvoicePlans(List<String> banks) {
        banks.forEach(bank -> accounts.put(bank, new LinkedHashMap<>()));
    }

    /**
     * @param banks at least two
     * @param initiators those of them that begin transfers, at least one
     * @throws IllegalArgumentException if it is not such a file; the message says why
     */
    static InvoicePlans read(Path file, List<String> banks, List<String> initiators) throws IOException {
        InvoicePlans plans = new InvoicePlans(banks);
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .setIgnoreEmptyLines(true)
                .setTrim(true)
                .get();
        try (BufferedReader reader = Files.newBufferedReader(file);
                CSVParser parser = format.parse(reader)) {
            for (CSVRecord line : parser) {
                plans.add(line, banks, initiators);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + " is no file of invoices (InvoiceNo, CustomerID, Quantity, UnitPrice): " + e.getMessage(),
                    e);
        }
        return plans;
    }

    private void add(CSVRecord line, List<String> banks, List<String> initiators) {
        long pence = new BigDecimal(line.get("Quantity"))
                .multiply(new BigDecimal(line.get("UnitPrice")))
                .movePointRight(2)
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact();
        if (pence == 0) {
            skipped++;
            return;
        }
        long number = line.getRecordNumber();
        String customer = "customer-" + line.get("CustomerID").replaceAll("[^A-Za-z0-9_.:-]", "_");
        String shop = "shop-" + number % SHOP_ACCOUNTS;
        String customerBank = banks.get(Math.floorMod(customer.hashCode(), banks.size()));
        String shopBank = banks.get((banks.indexOf(customerBank) + 1) % banks.size());
        open(customerBank, customer);
        open(shopBank, shop);
        // The customer's bank begins, or the shop's, or one that has no account in it.
        String initiator = Stream.of(customerBank, shopBank)
                .filter(initiators::contains)
                .findFirst()
                .orElse(initiators.get(0));
        plans.add(new Plan(
                "invoice-" + line.get("InvoiceNo") + "-" + number,
                Kind.TRANSFER,
                initiator,
                List.of(
                        new Leg(customerBank, List.of(new Entry(customer, -pence)), false),
                        new Leg(shopBank, List.of(new Entry(shop, pence)), false))));
    }

    private void open(String bank, String account) {
        accounts.computeIfAbsent(bank, name -> new LinkedHashMap<>()).put(account, OPENING_PENCE);
    }

    /** How many invoices there are that move money. */
    int size() {
        return plans.size();
    }

    /** How many lines amount to nothing. */
    int skipped() {
        return skipped;
    }

    @Override
    public Map<String, Map<String, Long>> accounts() {
        return accounts;
    }

    @Override
    public @Nullable Plan next(int client) {
        int next = position.getAndIncrement();
        return next < plans.size() ? plans.get(next) : null;
    }
}
