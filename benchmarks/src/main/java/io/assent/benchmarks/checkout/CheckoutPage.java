package io.assent.benchmarks.checkout;

import static io.assent.benchmarks.figures.Tables.number;

import io.assent.benchmarks.figures.LatencyChart;
import io.assent.benchmarks.figures.Tables;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.springframework.web.util.HtmlUtils;

/** The report as one HTML page that needs nothing else. */
final class CheckoutPage {

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>What a checkout costs</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; margin: 1rem 0; }
            th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #ddd; font-variant-numeric: tabular-nums; }
            th:first-child, td:first-child { text-align: left; white-space: nowrap; }
            .warning { border-left: 4px solid #d1495b; padding: .2rem 1rem; background: #fbeef0; }
            svg { width: 100%%; max-width: 48rem; } svg text { font-size: 12px; fill: #444; }
            pre { white-space: pre-wrap; color: #555; }
            </style>
            </head>
            <body>
            <h1>What a checkout costs</h1>
            <p>%s</p>
            %s%s<h2>Systems</h2>
            <table><tr><th>system</th><th>floor</th><th style="text-align:left">one transaction is</th></tr>
            %s</table>
            <pre>%s</pre>
            </body>
            </html>
            """;

    private static final String CLIENTS = """
            <h2>%s</h2>
            <table><tr><th>system</th><th>rate to floor</th><th>spread</th><th>CPU to floor</th><th>p50 to floor</th><th>p99 to floor</th>\
            <th>rate/s</th><th>p50 ms</th><th>p99 ms</th><th>CPU ms</th><th>flushes</th><th>in log</th><th>requests</th><th>failed</th></tr>
            %s</table>
            %s""";

    private CheckoutPage() {}

    static String html(CheckoutReport report) {
        CheckoutReport.Options options = report.options();
        String sections = options.clients().stream()
                .map(clients -> clients(
                        clients,
                        report.results().stream()
                                .filter(result -> result.clients() == clients)
                                .toList()))
                .collect(Collectors.joining());
        return PAGE.formatted(
                HtmlUtils.htmlEscape(report.started().truncatedTo(ChronoUnit.SECONDS) + ". " + options.described()),
                warning(report.unusable()),
                sections,
                CheckoutSystems.named(options.systems()).stream()
                        .map(system -> "<tr><td>" + system.name() + "</td><td>" + system.floor()
                                + "</td><td style=\"text-align:left\">" + HtmlUtils.htmlEscape(system.description())
                                + "</td></tr>\n")
                        .collect(Collectors.joining()),
                HtmlUtils.htmlEscape(Tables.surroundings(
                        options.rounds(), options.seconds(), report.machine(), report.disturbance())));
    }

    private static String warning(List<String> unusable) {
        return unusable.isEmpty()
                ? ""
                : unusable.stream()
                        .map(reason -> "<p>" + HtmlUtils.htmlEscape(reason) + "</p>\n")
                        .collect(Collectors.joining(
                                "",
                                "<div class=\"warning\"><p><strong>These figures are of no use.</strong></p>\n",
                                "</div>\n"));
    }

    private static String clients(int clients, List<CheckoutResult> results) {
        return CLIENTS.formatted(
                Tables.clients(clients),
                results.stream().map(CheckoutPage::row).collect(Collectors.joining()),
                LatencyChart.svg(results.stream()
                        .map(result -> new LatencyChart.Line(result.system(), result.latencies()))
                        .toList()));
    }

    private static String row(CheckoutResult result) {
        return List.of(
                        result.system(),
                        number(result.rateToFloor(), "%.2f"),
                        number(100 * result.spread(), "%.0f %%"),
                        number(result.cpuToFloor(), "%.2f"),
                        number(result.p50ToFloor(), "%.2f"),
                        number(result.p99ToFloor(), "%.2f"),
                        number(result.perSecond(), "%.0f"),
                        number(result.p50Millis(), "%.1f"),
                        number(result.p99Millis(), "%.1f"),
                        number(result.cpuMillis().measured(), "%.2f"),
                        number(result.flushes().service(), "%.2f"),
                        number(result.flushes().log(), "%.2f"),
                        number(result.requests(), "%.2f"),
                        String.format(Locale.ROOT, "%d", result.failed()))
                .stream()
                .collect(Collectors.joining("</td><td>", "<tr><td>", "</td></tr>\n"));
    }
}
