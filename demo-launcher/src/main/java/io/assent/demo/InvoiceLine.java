package io.assent.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;

/** One line of the file, word for word: the order service judges it. */
record InvoiceLine(
        String invoiceNo, String invoiceDate, String customerId, String country, String quantity, String unitPrice) {

    private static final List<String> COLUMNS =
            List.of("InvoiceNo", "InvoiceDate", "CustomerID", "Country", "Quantity", "UnitPrice");

    /** @throws IllegalArgumentException when the file is not such a CSV file; the message says what is wrong */
    static List<InvoiceLine> read(Path file) throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .setIgnoreEmptyLines(true)
                .setTrim(true)
                .get();
        try (BufferedReader reader = Files.newBufferedReader(file);
                CSVParser parser = format.parse(reader)) {
            Set<String> missing = new TreeSet<>(COLUMNS);
            missing.removeAll(parser.getHeaderNames());
            if (!missing.isEmpty()) {
                throw new IllegalArgumentException(
                        file + " lacks the columns " + missing + "; its first line must name " + COLUMNS);
            }
            return parser.stream()
                    .map(record -> {
                        if (!record.isConsistent()) {
                            throw new IllegalArgumentException(file + ", line " + parser.getCurrentLineNumber() + ": "
                                    + record.size() + " values for "
                                    + parser.getHeaderNames().size() + " columns");
                        }
                        return new InvoiceLine(
                                record.get("InvoiceNo"),
                                record.get("InvoiceDate"),
                                record.get("CustomerID"),
                                record.get("Country"),
                                record.get("Quantity"),
                                record.get("UnitPrice"));
                    })
                    .toList();
        } catch (UncheckedIOException e) {
            throw new IllegalArgumentException(file + " is no CSV file: " + e.getMessage(), e);
        } catch (CSVException e) {
            throw new IllegalArgumentException(file + " is no CSV file: " + e.getMessage(), e);
        }
    }
}
