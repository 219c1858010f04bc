package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class SvgTest {
    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
    }

    @Test
    void barsAreAsLongAsTheirValues() throws Exception {
        Document svg =
                parsed(
                        Svg.bars(
                                "a < b & c",
                                "µs",
                                List.of(
                                        new Svg.Bar("one", 10, false),
                                        new Svg.Bar("two", 20, true))));
        var bars = svg.getElementsByTagName("rect");
        double first =
                Double.parseDouble(
                        bars.item(0).getAttributes().getNamedItem("width").getNodeValue());
        double second =
                Double.parseDouble(
                        bars.item(1).getAttributes().getNamedItem("width").getNodeValue());

        assertThat(second).isEqualTo(2 * first);
        assertThat(svg.getElementsByTagName("text").item(0).getTextContent())
                .isEqualTo("a < b & c (µs)");
    }

    @Test
    void sizesAreALogarithmicAxis() throws Exception {
        Svg.Line line =
                new Svg.Line("x", new double[] {100, 1_000, 10_000}, new double[] {1, 2, 4});
        Document svg = parsed(Svg.lines("growth", "B", "members", List.of(line)));
        var points = svg.getElementsByTagName("circle");
        double[] x = new double[3];
        for (int i = 0; i < 3; i++) {
            x[i] =
                    Double.parseDouble(
                            points.item(i).getAttributes().getNamedItem("cx").getNodeValue());
        }

        assertThat(x[1] - x[0])
                .isCloseTo(x[2] - x[1], org.assertj.core.api.Assertions.within(0.11));
    }
}
