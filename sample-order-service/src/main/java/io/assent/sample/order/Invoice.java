package io.assent.sample.order;

import io.assent.sample.order.InvalidInvoiceException.Reason;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One line of a till's export, as text: what a CSV file holds, good or bad. An order or, when its number starts with C
 * and its quantity is negative, a refund.
 *
 * <p>Tills cut an invoice that is written at the turn of a minute into two lines of one number. So the number and the
 * minute together name an order, and a line sent twice is the same order.
 */
record Invoice(
        @Nullable String invoiceNo,
        @Nullable String invoiceDate,
        @Nullable String customerId,
        @Nullable String country,
        @Nullable String quantity,
        @Nullable String unitPrice) {

    private static final Pattern NUMBER = Pattern.compile("C?[0-9]{1,12}");
    private static final Pattern BAD_DEBT = Pattern.compile("A[0-9]{1,12}");
    private static final Pattern CUSTOMER = Pattern.compile("(?!merchant$)[A-Za-z0-9][A-Za-z0-9_.-]{0,39}");
    // The digits are bounded before anything is computed: 1e999999999 is a number too, and a very long one.
    private static final Pattern QUANTITY = Pattern.compile("-?[0-9]{1,9}");
    private static final Pattern PRICE = Pattern.compile("-?[0-9]{1,9}(\\.[0-9]{1,6})?");
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmm");
    private static final int COUNTRY_LENGTH = 60;

    /** What a valid invoice says. */
    record Entry(boolean refund, String number, String customer, long amountPence) {}

    /** @throws InvalidInvoiceException with everything that is wrong */
    Entry read() {
        List<Reason> wrong = new ArrayList<>();
        String no = text(invoiceNo);
        boolean refund = no.startsWith("C");
        if (BAD_DEBT.matcher(no).matches()) {
            wrong.add(Reason.BAD_DEBT);
        } else if (!NUMBER.matcher(no).matches()) {
            wrong.add(Reason.INVOICE_NUMBER);
        }
        String minute = minute();
        if (minute.isEmpty()) {
            wrong.add(Reason.DATE);
        }
        String customer = text(customerId);
        if (customer.isEmpty() || customer.equals("(blank)")) {
            wrong.add(Reason.NO_CUSTOMER);
        } else if (!CUSTOMER.matcher(customer).matches()) {
            wrong.add(Reason.CUSTOMER);
        }
        if (text(country).isEmpty() || text(country).length() > COUNTRY_LENGTH) {
            wrong.add(Reason.COUNTRY);
        }
        long amountPence = amountPence(refund, wrong);
        if (!wrong.isEmpty()) {
            throw new InvalidInvoiceException(wrong);
        }
        return new Entry(refund, no + "-" + minute, customer, amountPence);
    }

    private long amountPence(boolean refund, List<Reason> wrong) {
        BigDecimal pieces = number(quantity, QUANTITY, Reason.QUANTITY, wrong);
        BigDecimal price = number(unitPrice, PRICE, Reason.PRICE, wrong);
        if (pieces != null) {
            if (pieces.signum() == 0) {
                wrong.add(Reason.ZERO_QUANTITY);
            } else if (pieces.signum() < 0 && !refund) {
                wrong.add(Reason.NEGATIVE_QUANTITY);
            } else if (pieces.signum() > 0 && refund) {
                wrong.add(Reason.POSITIVE_QUANTITY);
            }
        }
        if (price != null && price.signum() == 0) {
            wrong.add(Reason.ZERO_PRICE);
        } else if (price != null && price.signum() < 0) {
            wrong.add(Reason.NEGATIVE_PRICE);
        }
        if (pieces == null || price == null || !wrong.isEmpty()) {
            return 0;
        }
        // Up from the half, of the absolute amount: a refund gives back exactly what the same order cost.
        BigDecimal pence = pieces.abs().multiply(price).movePointRight(2).setScale(0, RoundingMode.HALF_UP);
        if (pence.signum() == 0 || pence.compareTo(BigDecimal.valueOf(Limits.PENCE)) > 0) {
            wrong.add(Reason.AMOUNT);
            return 0;
        }
        return pence.longValueExact();
    }

    private String minute() {
        try {
            return MINUTE.format(LocalDateTime.parse(text(invoiceDate)));
        } catch (DateTimeParseException e) {
            return "";
        }
    }

    private static @Nullable BigDecimal number(
            @Nullable String value, Pattern pattern, Reason otherwise, List<Reason> wrong) {
        if (!pattern.matcher(text(value)).matches()) {
            wrong.add(otherwise);
            return null;
        }
        return new BigDecimal(text(value));
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value.strip();
    }
}
