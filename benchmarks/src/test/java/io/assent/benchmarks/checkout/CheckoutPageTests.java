package io.assent.benchmarks.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.checkout.CheckoutResult.Between;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Latencies;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** Goal: both files hold every figure and need nothing else. Method: a made-up report. */
class CheckoutPageTests {

    private final CheckoutReport report = report(List.of());

    private static CheckoutReport report(List<String> unusable) {
        Between floor = Between.itself(CheckoutResultTests.at(100, 1));
        Between assent = new Between(
                CheckoutResultTests.at(50, 2), CheckoutResultTests.at(100, 1), CheckoutResultTests.at(100, 1));
        return new CheckoutReport(
                "checkout",
                Instant.parse("2026-01-15T12:00:00Z"),
                new CheckoutReport.Options(
                        List.of("floor", "assent"), List.of(8), 3, 1, 0, 0, new Workload(5, true), true, 0),
                new Machine(2, "Linux", "17", List.of("-Dtext=<b>"), "18.6", "ext4"),
                new Disturbance(0.5, 1.5, Double.NaN, 0.2),
                unusable,
                List.of(
                        CheckoutResultTests.result(FloorSystem.plain(), List.of(floor, floor, floor, floor)),
                        CheckoutResultTests.result(
                                AssentSystem.answersAfterCompletion(), List.of(assent, assent, assent))));
    }

    @Test
    void thereIsALineForEachSystemNumberOfClientsAndRound() {
        List<String> lines = CheckoutCsv.text(report).lines().toList();

        assertThat(lines).hasSize(1 + 4 + 3);
        List<String> headings = List.of(lines.get(0).split(",", -1));
        assertThat(headings).endsWith("p99_ms", "p99.5_ms", "p99.9_ms", "p100_ms");
        assertThat(lines).allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(headings.size()));
        assertThat(lines.get(7))
                .startsWith("assent,floor,8,5,hot,replicated,0.0000,3,50.0000,0.5000,2.0000,2.0000,2.0000,");
    }

    @Test
    void thePageIsWellFormedAndLoadsNothing() throws Exception {
        String html = CheckoutPage.html(report);

        assertThat(html)
                .contains(
                        "Branches: 5. Rows: hot. Decision log: replicated.", "8 clients", "<td>0.50</td>", "&lt;b&gt;")
                .doesNotContain("of no use", "<script", "http:", "https:", "src=", "@import", "NaN");
        String body = html.substring(html.indexOf("<body>"), html.indexOf("</html>"));
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        String points = document.getElementsByTagName("polyline")
                .item(0)
                .getAttributes()
                .getNamedItem("points")
                .getNodeValue();
        assertThat(points.split(" ", -1)).hasSize(Latencies.PERCENTILES.size());
    }

    @Test
    void figuresOfNoUseSaySo() {
        assertThat(CheckoutPage.html(report(List.of("Others took 90 % & more."))))
                .contains("These figures are of no use.", "Others took 90 % &amp; more.");
    }
}
