package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.config.ConfigKey;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.keepalive.KeepaliveSettings;
import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLimit;
import io.highwater.outbound.GovernorSettings;
import io.highwater.session.SessionSettings;
import io.highwater.wire.deflate.DeflateSettings;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/limits.md against the accounts, the catalogue of keys and the metrics. */
final class LimitsPageTest {
    private static final String ACCOUNTS = "| account | part of the budget |";
    private static final String LIMITS =
            "| key | default | account | for each | what a client sees at it | metric |";
    private static final String BY_HEAP = "| key | at 256 MiB | at 2 GiB | at 16 GiB |";

    /** As the page has it. */
    private static final long DESCRIPTORS = 1_048_576;

    /** What these begin bounds nothing; any other key is a limit, and has to be on the page. */
    private static final List<String> NO_LIMITS =
            List.of(
                    "port",
                    "node",
                    "region",
                    "tls.",
                    "auth.",
                    "api.",
                    "admin.",
                    "handshake.allowed-",
                    "handshake.require-origin",
                    "handshake.trusted-proxies",
                    "demo",
                    "endpoints.policy",
                    "channels.NAME.prefix",
                    "channels.NAME.policy",
                    "channels.NAME.publisher",
                    "archive.url",
                    "backbone",
                    "redis.",
                    "keepalive.ping-interval",
                    "deflate.min-bytes",
                    "deflate.level",
                    "log.");

    /** Who may do what in a channel; not beginnings, as a limit begins with one of them. */
    private static final Set<String> AUDIENCES =
            Set.of(
                    "channels.NAME.subscribe",
                    "channels.NAME.publish",
                    "channels.NAME.history",
                    "channels.NAME.presence");

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
        return size(ledger.book(account).mostBytes());
    }

    private static String size(double bytes) {
        double mebibytes = bytes / 1048576.0;
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
                .containsExactlyInAnyOrderElementsOf(
                        catalogue.keySet().stream()
                                .filter(key -> !AUDIENCES.contains(key))
                                .filter(key -> NO_LIMITS.stream().noneMatch(key::startsWith))
                                .toList());
    }

    @Test
    void whatIsNoLimitIsThereToBeSet() {
        assertThat(NO_LIMITS)
                .allSatisfy(
                        beginning ->
                                assertThat(ConfigKey.all())
                                        .anyMatch(
                                                key ->
                                                        key.name()
                                                                .startsWith(
                                                                        ConfigKey.PREFIX
                                                                                + beginning)));
    }

    @Test
    void theAccountOfEachLimitIsOneOfTheCode() throws IOException {
        List<String> labels = Arrays.stream(Account.values()).map(Account::label).toList();

        for (String[] row : rows(LIMITS)) {
            if (!row[2].equals("-") && !row[2].equals("all")) {
                assertThat(codes(row[2])).as("%s", codes(row[0])).isNotEmpty();
                assertThat(labels).as("%s", codes(row[0])).containsAll(codes(row[2]));
            }
        }
    }

    @Test
    void whatDependsOnTheHeapIsWhatTheCodeMakesOfIt() throws IOException {
        assertThat(rows(BY_HEAP).stream().map(row -> String.join(" | ", row)))
                .containsExactly(
                        byHeap("handshake.max-connections", LimitsPageTest::sessions),
                        byHeap("handshake.max-connections-per-ip", LimitsPageTest::ofAddress),
                        byHeap("limits.tcp-connections", LimitsPageTest::tcp),
                        byHeap(
                                "limits.tcp-connections-per-ip",
                                heap ->
                                        count(
                                                TcpLimits.defaultMostOfAddress(
                                                        tcpMost(heap), sessionsOfAddress(heap)))),
                        byHeap("limits.tls-connections", heap -> count(tlsMost(heap))),
                        byHeap(
                                "limits.tls-connections-per-ip",
                                heap ->
                                        count(
                                                TcpLimits.defaultMostTlsOfAddress(
                                                        tlsMost(heap), sessionsOfAddress(heap)))),
                        byHeap(
                                "limits.heap-share",
                                heap -> size(LimitSettings.defaults().heapShare() * heap)),
                        byHeap(
                                "deflate.budget",
                                heap -> size(DeflateSettings.defaults().heapFraction() * heap)),
                        byHeap(
                                "governor.heap-fraction",
                                heap -> size(GovernorSettings.defaults().heapFraction() * heap)));
    }

    private static String byHeap(String key, LongFunction<String> shown) {
        return String.join(
                " | ",
                "`" + key + "`",
                shown.apply(256L << 20),
                shown.apply(2L << 30),
                shown.apply(16L << 30));
    }

    private static String count(int count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String sessions(long heapBytes) {
        return count(HandshakeSettings.defaultMaxConnections(heapBytes));
    }

    private static int sessionsOfAddress(long heapBytes) {
        return HandshakeSettings.defaultMaxConnectionsPerIp(
                HandshakeSettings.defaultMaxConnections(heapBytes));
    }

    private static String ofAddress(long heapBytes) {
        return count(sessionsOfAddress(heapBytes));
    }

    private static int tcpMost(long heapBytes) {
        return TcpLimits.defaultMost(
                DESCRIPTORS, heapBytes, HandshakeSettings.defaultMaxConnections(heapBytes));
    }

    private static int tlsMost(long heapBytes) {
        return TcpLimits.defaultMostTls(heapBytes, tcpMost(heapBytes));
    }

    private static String tcp(long heapBytes) {
        return count(tcpMost(heapBytes));
    }

    /** Constants that nothing outside their packages needs are read as they are. */
    @Test
    void whatIsNotToBeSetIsWhatTheCodeHas() throws Exception {
        String page = Files.readString(Path.of("docs/limits.md")).replaceAll("\\s+", " ");
        SessionSettings session = SessionSettings.defaults();

        assertThat(page)
                .contains(
                        count(session.maxSubscriptions()) + " subscriptions of a session",
                        session.helloTimeout().toSeconds() + " s for its hello",
                        constant("session.BadRequests", "MOST")
                                + " bad requests in "
                                + constant("session.BadRequests", "WINDOW_NANOS") / 1_000_000_000
                                + " s",
                        constant("session.CommandFlow", "MOST_UNANSWERED")
                                + " commands of a session that are not answered yet",
                        constant("wire.jetty.h2.Requests", "MOST_PLAIN")
                                + " plain requests at once on an HTTP/2 connection",
                        count((int) constant("server.OffSelector", "MOST")) + " on the node",
                        constant("server.GuestHttp", "MAX_FIELDS") + " header fields",
                        constant("handshake.address.Hops", "MAX") + " hops of X-Forwarded-For",
                        KeepaliveSettings.defaults().slowWriteTimeout().toSeconds()
                                + " s without a byte taken");
        assertThat(constant("server.PlainRequests", "MOST_OF_CONNECTION"))
                .isEqualTo(constant("wire.jetty.h2.Requests", "MOST_PLAIN"));
    }

    private static long constant(String type, String name) throws ReflectiveOperationException {
        Field field = Class.forName("io.highwater." + type).getDeclaredField(name);
        field.setAccessible(true);
        return ((Number) field.get(null)).longValue();
    }

    @Test
    void theMetricsAreThoseOfAScrape() throws IOException {
        String metrics =
                Files.readString(Path.of("src/main/java/io/highwater/metrics/Metric.java"));
        List<String> named =
                rows(LIMITS).stream()
                        .filter(row -> row.length > 5)
                        .map(row -> codes(row[5]))
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
