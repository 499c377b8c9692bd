package io.assent.benchmarks.figures;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.web.util.HtmlUtils;

/** Latency distributions by percentile as one SVG: the slow end is drawn as wide as the fast one. */
public final class LatencyChart {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 360;
    private static final int LEFT = 64;
    private static final int RIGHT = 170;
    private static final int TOP = 12;
    private static final int BOTTOM = 40;

    /** Where the slowest of all is drawn, which has no place on a scale of percentiles. */
    private static final double SLOWEST = 3.5;

    private static final List<String> COLOURS =
            List.of("#555555", "#0b6bcb", "#d1495b", "#2e8540", "#8a4fbf", "#c77700", "#008080", "#7a5c3e", "#b0307a");

    /** One system. */
    public record Line(String name, Latencies latencies) {}

    private LatencyChart() {}

    /** Lines without any latency are left out; with none at all there is a sentence instead. */
    public static String svg(List<Line> all) {
        List<Line> lines = all.stream()
                .filter(line ->
                        line.latencies().millis().stream().allMatch(millis -> Double.isFinite(millis) && millis > 0))
                .toList();
        if (lines.isEmpty()) {
            return "<p>No latencies.</p>";
        }
        int lowest = (int) Math.floor(Math.log10(lines.stream()
                .flatMap(line -> line.latencies().millis().stream())
                .mapToDouble(Double::doubleValue)
                .min()
                .orElseThrow()));
        int highest = Math.max(lowest + 1, (int) Math.ceil(Math.log10(lines.stream()
                .flatMap(line -> line.latencies().millis().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElseThrow())));
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Latency by percentile\">%n",
                WIDTH,
                HEIGHT));
        for (int decade = lowest; decade <= highest; decade++) {
            double y = y(decade, lowest, highest);
            svg.append(rule(LEFT, y, WIDTH - RIGHT, y)).append(text(LEFT - 6, y + 4, "end", milliseconds(decade)));
        }
        for (double percentile : Latencies.PERCENTILES) {
            double x = x(percentile);
            svg.append(rule(x, TOP, x, HEIGHT - BOTTOM));
            // Those between would overlap.
            if (List.of(50.0, 90.0, 99.0, 99.9, 100.0).contains(percentile)) {
                svg.append(text(x, HEIGHT - BOTTOM + 16, "middle", percentile == 100 ? "max" : number(percentile)));
            }
        }
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, "middle", "percentile"));
        for (int place = 0; place < lines.size(); place++) {
            svg.append(line(lines.get(place), place, lowest, highest));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String line(Line line, int place, int lowest, int highest) {
        List<Double> millis = line.latencies().millis();
        String points = IntStream.range(0, millis.size())
                .mapToObj(each -> String.format(
                        Locale.ROOT,
                        "%.1f,%.1f",
                        x(Latencies.PERCENTILES.get(each)),
                        y(Math.log10(millis.get(each)), lowest, highest)))
                .collect(Collectors.joining(" "));
        String colour = COLOURS.get(place % COLOURS.size());
        double y = TOP + 12 + 18.0 * place;
        return String.format(
                        Locale.ROOT,
                        "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"%s\"/>%n"
                                + "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"4\" fill=\"%s\"/>%n",
                        colour,
                        points,
                        WIDTH - RIGHT + 12,
                        y - 6,
                        colour)
                + text(WIDTH - RIGHT + 32, y, "start", line.name());
    }

    private static String rule(double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
                x1,
                y1,
                x2,
                y2);
    }

    private static String text(double x, double y, String anchor, String text) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                HtmlUtils.htmlEscape(text));
    }

    private static double x(double percentile) {
        double place = percentile == 100 ? SLOWEST : -Math.log10(1 - percentile / 100);
        return LEFT + place / SLOWEST * (WIDTH - RIGHT - LEFT);
    }

    private static double y(double logarithm, int lowest, int highest) {
        return TOP + (highest - logarithm) / (highest - lowest) * (HEIGHT - BOTTOM - TOP);
    }

    private static String milliseconds(int decade) {
        return number(Math.pow(10, decade)) + " ms";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
