package io.assent.sample.order;

import java.util.List;

/** The invoice can be neither an order nor a refund. */
class InvalidInvoiceException extends RuntimeException {

    /** What can be wrong, as machines count it and as people read it. */
    enum Reason {
        INVOICE_NUMBER("the invoice number must be digits, with a C in front for a refund"),
        BAD_DEBT("invoices starting with A adjust bad debt: neither an order nor a refund"),
        DATE("the date must look like 2010-12-01T08:26"),
        NO_CUSTOMER("there is no customer whose account it could be"),
        CUSTOMER("the customer must be 1 to 40 letters, digits, '_', '.' or '-' and not the merchant"),
        COUNTRY("the country is missing or longer than 60 characters"),
        QUANTITY("the quantity must be a whole number of at most nine digits"),
        ZERO_QUANTITY("the quantity is zero"),
        NEGATIVE_QUANTITY("the quantity is negative, which only a refund (C…) may have"),
        POSITIVE_QUANTITY("the quantity of a refund (C…) must be negative"),
        PRICE("the price must be a number with at most nine digits before and six behind the point"),
        ZERO_PRICE("the price is zero: there is nothing to pay"),
        NEGATIVE_PRICE("the price is negative"),
        AMOUNT("the amount must come to one penny at least and £1,000,000,000 at most");

        private final String text;

        Reason(String text) {
            this.text = text;
        }
    }

    private final List<Reason> reasons;

    InvalidInvoiceException(List<Reason> reasons) {
        super(String.join("; ", reasons.stream().map(reason -> reason.text).toList()));
        this.reasons = List.copyOf(reasons);
    }

    List<Reason> reasons() {
        return reasons;
    }
}
