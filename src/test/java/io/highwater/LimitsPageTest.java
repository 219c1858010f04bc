package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.config.ConfigKey;
import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/limits.md against the accounts, the catalogue of keys and the metrics. */
final class LimitsPageTest {
    private static final String ACCOUNTS = "| account | part of the budget |";
    private static final String LIMITS =
            "| key | default | for each | what a client sees at it | metric |";
    private static final Pattern CODE = Pattern.compile("`([^`{]+)[^`]*`");

    private static List<String[]> rows(String head) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("docs/limits.md"));
        List<String> table =
                lines.stream()
                        .dropWhile(line -> !line.startsWith(head))
                        .takeWhile(line -> line.startsWith("|"))
                        .toList();
        assertThat(table).as("a table: " + head).hasSizeGreaterThan(2);
        return table.stream().skip(2).map(line -> line.substring(2).split(" \\| ?")).toList();
    }

    @Test
    void theAccountsAreThoseOfTheCodeWithTheirSizes() throws IOException {
        List<String> written =
                rows(ACCOUNTS).stream()
                        .map(row -> String.join(" | ", Arrays.copyOf(row, 5)))
                        .toList();

        assertThat(written)
                .containsExactlyElementsOf(
                        Arrays.stream(Account.values()).map(LimitsPageTest::row).toList());
    }

    @Test
    void theSharesAddUpToTheBudget() {
        double sum = Arrays.stream(Account.values()).mapToDouble(Account::share).sum();

        assertThat(Math.round(sum * 1000)).isEqualTo(1000);
    }

    private static String row(Account account) {
        return String.join(
                " | ",
                "`" + account.label() + "`",
                Math.round(account.share() * 100) + " %",
                size(account, 256L << 20),
                size(account, 2L << 30),
                size(account, 16L << 30));
    }

    private static String size(Account account, long heapBytes) {
        LimitSettings settings = LimitSettings.defaults();
        Payers payers = new Payers(AddressLimits.defaults(), address -> false, () -> 0);
        Ledger ledger =
                new Ledger(
                        settings, heapBytes, payers, LimitsObserver.NONE, () -> 0, LogLimit.none());
        double mebibytes = ledger.book(account).mostBytes() / 1048576.0;
        if (mebibytes >= 1000) {
            return String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
        }
        return String.format(Locale.ROOT, mebibytes >= 10 ? "%.0f MiB" : "%.1f MiB", mebibytes);
    }

    @Test
    void everyLimitIsThereWithItsDefault() throws IOException {
        Map<String, String> catalogue =
                ConfigKey.all().stream()
                        .collect(
                                Collectors.toMap(
                                        key -> key.name().substring(ConfigKey.PREFIX.length()),
                                        ConfigKey::shown));
        List<String> listed = new ArrayList<>();
        for (String[] row : rows(LIMITS)) {
            List<String> keys = codes(row[0]);
            List<String> defaults = keys.stream().map(catalogue::get).toList();
            assertThat(String.join(", ", defaults)).as("%s", keys).isEqualTo(row[1]);
            listed.addAll(keys);
        }

        assertThat(listed)
                .containsAll(
                        catalogue.keySet().stream()
                                .filter(key -> key.startsWith("limits."))
                                .filter(key -> !key.endsWith("-share"))
                                .toList());
    }

    @Test
    void theMetricsAreThoseOfAScrape() throws IOException {
        String metrics =
                Files.readString(Path.of("src/main/java/io/highwater/metrics/Metric.java"));
        List<String> named =
                rows(LIMITS).stream()
                        .filter(row -> row.length > 4)
                        .map(row -> codes(row[4]))
                        .flatMap(List::stream)
                        .toList();

        assertThat(named)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(metrics).contains('"' + name + '"'));
    }

    private static List<String> codes(String cell) {
        Function<Matcher, List<String>> all =
                matcher -> matcher.results().map(found -> found.group(1)).toList();
        return all.apply(CODE.matcher(cell));
    }
}
