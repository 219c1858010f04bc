package io.highwater.bench;

import java.util.List;
import java.util.Locale;

/**
 * Draws plots as SVG text, readable on a light and on a dark page. By hand: XChart's plots are a
 * hundred times larger (200 KB each, all text as outlines), and show the fonts of the machine that
 * drew them. Stateless.
 */
final class Svg {
    private static final int WIDTH = 720;
    private static final int BAR = 22;
    private static final int GAP = 8;
    private static final int LABEL = 230;
    private static final int VALUE = 80;
    private static final int TOP = 44;

    private static final int LINES_HEIGHT = 360;
    private static final int LEFT = 70;
    private static final int BOTTOM = 50;
    private static final int LEGEND = 210;

    private static final String INK = "#777";
    private static final String OURS = "#0b7285";
    private static final String THEIRS = "#adb5bd";
    private static final List<String> COLOURS = List.of("#0b7285", "#e8590c", "#5f3dc4", "#2b8a3e");

    private Svg() {}

    /**
     * One bar of a plot.
     *
     * @param ours drawn in another colour than the others
     */
    record Bar(String label, double value, boolean ours) {}

    /** One line of a plot: its points' positions from the left and their heights. */
    record Line(String label, double[] x, double[] y) {}

    static String bars(String title, String unit, List<Bar> bars) {
        double most = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        int height = TOP + bars.size() * (BAR + GAP) + GAP;
        StringBuilder svg = head(height, title + " (" + unit + ")");
        int y = TOP;
        for (Bar bar : bars) {
            double width = Math.max(1, (WIDTH - LABEL - VALUE) * bar.value() / most);
            text(svg, LABEL - 8, y + BAR - 6, "end", bar.label());
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
                            LABEL,
                            y,
                            width,
                            BAR,
                            bar.ours() ? OURS : THEIRS));
            text(svg, LABEL + (int) width + 6, y + BAR - 6, "start", number(bar.value()));
            y += BAR + GAP;
        }
        return svg.append("</svg>\n").toString();
    }

    /** Lines over a logarithmic axis of sizes, from zero up. */
    static String lines(String title, String unit, String xTitle, List<Line> lines) {
        double most =
                lines.stream().flatMapToDouble(l -> java.util.Arrays.stream(l.y())).max().orElse(1);
        double first =
                lines.stream().flatMapToDouble(l -> java.util.Arrays.stream(l.x())).min().orElse(1);
        double last =
                lines.stream().flatMapToDouble(l -> java.util.Arrays.stream(l.x())).max().orElse(2);
        Axes axes = new Axes(first, last, most <= 0 ? 1 : most * 1.1);
        StringBuilder svg = head(LINES_HEIGHT, title + " (" + unit + ")");
        axes.draw(svg, xTitle, lines.get(0).x());
        for (int i = 0; i < lines.size(); i++) {
            line(svg, axes, lines.get(i), COLOURS.get(i % COLOURS.size()), i);
        }
        return svg.append("</svg>\n").toString();
    }

    private record Axes(double first, double last, double most) {
        double x(double value) {
            double span = last > first ? Math.log(last / first) : 1;
            return LEFT + (WIDTH - LEFT - LEGEND) * Math.log(value / first) / span;
        }

        double y(double value) {
            return LINES_HEIGHT - BOTTOM - (LINES_HEIGHT - BOTTOM - TOP) * value / most;
        }

        void draw(StringBuilder svg, String xTitle, double[] ticks) {
            for (int i = 0; i <= 4; i++) {
                double value = most * i / 4;
                stroke(svg, LEFT, y(value), WIDTH - LEGEND, y(value), 0.3);
                text(svg, LEFT - 6, (int) y(value) + 4, "end", number(value));
            }
            for (double tick : ticks) {
                text(svg, (int) x(tick), LINES_HEIGHT - BOTTOM + 18, "middle", number(tick));
            }
            text(svg, (LEFT + WIDTH - LEGEND) / 2, LINES_HEIGHT - 10, "middle", xTitle);
        }
    }

    private static void line(StringBuilder svg, Axes axes, Line line, String colour, int place) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < line.x().length; i++) {
            double x = axes.x(line.x()[i]);
            double y = axes.y(line.y()[i]);
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
                            x,
                            y,
                            colour));
        }
        svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                .append(colour)
                .append("\" points=\"")
                .append(points.toString().trim())
                .append("\"/>\n");
        int y = TOP + 10 + place * 20;
        svg.append("<rect width=\"12\" height=\"12\" x=\"")
                .append(WIDTH - LEGEND + 16)
                .append("\" y=\"")
                .append(y - 10)
                .append("\" fill=\"")
                .append(colour)
                .append("\"/>\n");
        text(svg, WIDTH - LEGEND + 34, y, "start", line.label());
    }

    private static StringBuilder head(int height, String title) {
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"")
                .append(WIDTH)
                .append("\" height=\"")
                .append(height)
                .append("\" font-family=\"sans-serif\" font-size=\"13\">\n");
        svg.append("<text x=\"8\" y=\"22\" font-size=\"15\" fill=\"")
                .append(INK)
                .append("\">")
                .append(escaped(title))
                .append("</text>\n");
        return svg;
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, String text) {
        svg.append("<text x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y)
                .append("\" text-anchor=\"")
                .append(anchor)
                .append("\" fill=\"" + INK + "\">")
                .append(escaped(text))
                .append("</text>\n");
    }

    private static void stroke(
            StringBuilder svg, double x1, double y1, double x2, double y2, double width) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>\n",
                        x1,
                        y1,
                        x2,
                        y2,
                        INK,
                        width));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%,.0f", value);
    }
}
