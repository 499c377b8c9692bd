package io.assent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: what the file says reaches the service word for word, and a file that is something else is refused. */
class InvoiceLineTests {

    @TempDir
    Path directory;

    @Test
    void readsEveryLineWordForWord() throws IOException {
        assertThat(InvoiceLine.read(file("""
                        InvoiceNo,InvoiceDate,CustomerID,Country,Quantity,UnitPrice
                        536365,2010-12-01T08:26,17850,United Kingdom,40,3.91
                        C536379,2010-12-01T09:41,14527,"Korea, South",-1,27.5
                        536414,2010-12-01T11:52,(blank),United Kingdom,56,0
                        """)))
                .containsExactly(
                        new InvoiceLine("536365", "2010-12-01T08:26", "17850", "United Kingdom", "40", "3.91"),
                        new InvoiceLine("C536379", "2010-12-01T09:41", "14527", "Korea, South", "-1", "27.5"),
                        new InvoiceLine("536414", "2010-12-01T11:52", "(blank)", "United Kingdom", "56", "0"));
    }

    @Test
    void findsColumnsByNameInAnyOrder() throws IOException {
        assertThat(InvoiceLine.read(file("""
                        UnitPrice,Quantity,Country,CustomerID,InvoiceDate,InvoiceNo,Note
                        3.91,40,France,17850,2010-12-01T08:26,536365,x
                        """)))
                .containsExactly(new InvoiceLine("536365", "2010-12-01T08:26", "17850", "France", "40", "3.91"));
    }

    @Test
    void namesMissingColumns() throws IOException {
        Path file = file("InvoiceNo,Country\n1,France\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InvoiceLine.read(file))
                .withMessageContaining("[CustomerID, InvoiceDate, Quantity, UnitPrice]");
    }

    @Test
    void namesALineWithTooFewValues() throws IOException {
        Path file = file("InvoiceNo,InvoiceDate,CustomerID,Country,Quantity,UnitPrice\n1,2\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InvoiceLine.read(file))
                .withMessageContaining("line 2")
                .withMessageContaining("2 values for 6 columns");
    }

    @Test
    void refusesAQuoteThatNeverEnds() throws IOException {
        Path file = file("InvoiceNo,InvoiceDate,CustomerID,Country,Quantity,UnitPrice\n1,2,3,\"France,5,6\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InvoiceLine.read(file))
                .withMessageContaining("is no CSV file");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("invoices.csv"), content);
    }
}
