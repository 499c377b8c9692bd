package io.assent.conformance.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The report in the form that build servers read. */
public final class JUnitXml {

    private JUnitXml() {}

    /** Writes {@code file}, with the directories it needs. */
    public static void write(Report report, Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out, "UTF-8");
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", report.subject());
            xml.writeAttribute("tests", Integer.toString(report.results().size()));
            xml.writeAttribute("failures", Long.toString(report.count(Verdict.FAILED)));
            xml.writeAttribute("errors", "0");
            xml.writeAttribute("skipped", Long.toString(report.count(Verdict.SKIPPED)));
            for (CaseResult result : report.results()) {
                write(xml, result);
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IOException("could not write " + file, e);
        }
    }

    private static void write(XMLStreamWriter xml, CaseResult result) throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", "assent.conformance");
        xml.writeAttribute("name", result.id() + ": " + result.title());
        xml.writeAttribute(
                "time", String.format(Locale.ROOT, "%.3f", result.took().toMillis() / 1000.0));
        switch (result.verdict()) {
            case PASSED -> {}
            case SKIPPED -> {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", printable(result.detail()));
            }
            case FAILED -> {
                xml.writeStartElement("failure");
                xml.writeAttribute("message", printable(result.detail()));
                xml.writeCharacters(printable(String.join("\n", result.exchanges())));
                xml.writeEndElement();
            }
        }
        xml.writeEndElement();
    }

    /** XML has no way to write most control characters. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?");
    }
}
