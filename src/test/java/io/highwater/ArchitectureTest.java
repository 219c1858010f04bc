package io.highwater;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Who may import whom, by the table below. A new arrow is a change of design. */
final class ArchitectureTest {
    private static final String ROOT = "io.highwater";

    /** The root wires all of them; the command line knows the root. */
    private static final String ALL_BELOW = "all but cli and the root";

    private static final Map<String, Set<String>> MAY_IMPORT =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry(
                                    "",
                                    Set.of(
                                            "config",
                                            "node",
                                            "node.deployment",
                                            "outbound",
                                            "publish")),
                            Map.entry("node", Set.of(ALL_BELOW)),
                            // What ends sessions, and what is deployed, know the node by a port.
                            Map.entry("node.drain", Set.of("endpoint", "session", "wire", "time")),
                            Map.entry(
                                    "node.deployment",
                                    Set.of(
                                            "node.drain",
                                            "endpoint",
                                            "endpoint.demo",
                                            "endpoint.jetty",
                                            "session",
                                            "publish",
                                            "channel",
                                            "handshake",
                                            "handshake.rule",
                                            "wire",
                                            "log",
                                            "time")),
                            Map.entry(
                                    "cli",
                                    Set.of("", "config", "node", "node.deployment", "server.tls")),
                            // It makes each package's settings, and knows no other of their types.
                            Map.entry(
                                    "config",
                                    Set.of(
                                            "server",
                                            "admin",
                                            "publish.http",
                                            "handshake",
                                            "identity",
                                            "wire",
                                            "wire.deflate",
                                            "outbound",
                                            "keepalive",
                                            "channel",
                                            "backbone.redis",
                                            "archive",
                                            "archive.postgres",
                                            "limits",
                                            "log",
                                            "time")),
                            // Rate control of HTTP/2 measures time.
                            Map.entry(
                                    "server",
                                    Set.of(
                                            "wire.jetty",
                                            "wire.jetty.h2",
                                            "handshake",
                                            "admin",
                                            // As of admin: it brings requests, and writes answers.
                                            "publish.http",
                                            "limits",
                                            "log",
                                            "time")),
                            Map.entry("server.tls", Set.of()),
                            Map.entry("admin", Set.of()),
                            // Two annotations, which may stand in all the others.
                            Map.entry("api", Set.of()),
                            // Who somebody is, for the handshake to say and all above to read.
                            Map.entry("identity", Set.of("log", "time")),
                            // Texts and values, which those of the handshake are checked by.
                            Map.entry("handshake.address", Set.of()),
                            Map.entry("handshake", Set.of("handshake.address", "identity", "log")),
                            Map.entry(
                                    "handshake.rule",
                                    Set.of(
                                            "handshake",
                                            "handshake.address",
                                            "identity",
                                            "limits",
                                            "log",
                                            "time")),
                            // Ports and values; what reads and writes stands on them.
                            Map.entry("wire", Set.of("handshake", "limits", "time")),
                            Map.entry(
                                    "wire.engine",
                                    Set.of("wire", "handshake", "limits", "log", "time")),
                            // Any HTTP stack: it knows none.
                            Map.entry(
                                    "wire.upgrade",
                                    Set.of(
                                            "wire",
                                            "wire.engine",
                                            "wire.deflate",
                                            "handshake",
                                            "limits",
                                            "log")),
                            Map.entry(
                                    "wire.jetty",
                                    Set.of("wire", "wire.upgrade", "handshake", "log")),
                            Map.entry(
                                    "wire.jetty.h2",
                                    Set.of(
                                            "wire",
                                            "wire.jetty",
                                            "handshake",
                                            "limits",
                                            "log",
                                            "time")),
                            // The policy that the handshake's last rule sets.
                            Map.entry(
                                    "wire.deflate",
                                    Set.of("wire", "handshake", "limits", "log", "time")),
                            Map.entry("outbound", Set.of("wire", "limits", "log", "time")),
                            Map.entry("keepalive", Set.of("wire", "log", "time")),
                            // Teams' types and the ports stand beside what deploys: metadata and
                            // session see the former, and this sees them.
                            Map.entry(
                                    "endpoint",
                                    Set.of(
                                            "endpoint.session",
                                            "endpoint.metadata",
                                            "endpoint.remote",
                                            "endpoint.jetty",
                                            "wire",
                                            "handshake",
                                            "identity",
                                            "outbound",
                                            "keepalive")),
                            Map.entry(
                                    "endpoint.session",
                                    Set.of(
                                            "endpoint",
                                            "endpoint.metadata",
                                            "endpoint.message",
                                            "endpoint.remote",
                                            "endpoint.codec",
                                            "endpoint.jetty",
                                            "wire",
                                            "handshake",
                                            "identity",
                                            "outbound",
                                            "keepalive",
                                            "log")),
                            Map.entry(
                                    "endpoint.metadata",
                                    Set.of(
                                            "endpoint",
                                            "endpoint.message",
                                            "endpoint.codec",
                                            "endpoint.jetty",
                                            "wire",
                                            "handshake",
                                            "outbound")),
                            // What a method returns is sent.
                            Map.entry(
                                    "endpoint.message",
                                    Set.of(
                                            "endpoint.remote",
                                            "endpoint.codec",
                                            "endpoint.jetty",
                                            "wire",
                                            "outbound")),
                            Map.entry(
                                    "endpoint.remote",
                                    Set.of("endpoint.codec", "wire", "outbound", "log", "time")),
                            // A codec is for texts or for bytes.
                            Map.entry("endpoint.codec", Set.of("wire")),
                            Map.entry("endpoint.jetty", Set.of()),
                            // What a team would write; Outbound(policy) is outbound's word.
                            Map.entry("endpoint.demo", Set.of("endpoint", "outbound")),
                            Map.entry(
                                    "session",
                                    Set.of(
                                            "wire",
                                            "wire.deflate",
                                            "handshake",
                                            "identity",
                                            "protocol",
                                            "channel",
                                            "permission",
                                            "backbone",
                                            "outbound",
                                            "keepalive",
                                            "limits",
                                            "log",
                                            "time")),
                            // What applications publish by; the ends of sessions are wire's.
                            Map.entry(
                                    "publish",
                                    Set.of(
                                            "wire",
                                            "identity",
                                            "protocol",
                                            "channel",
                                            "backbone",
                                            "log",
                                            "time")),
                            // Decides by the team's rule, the claim and the channels' settings.
                            Map.entry("permission", Set.of("channel", "identity")),
                            // No server of HTTP; settings of its own.
                            Map.entry(
                                    "publish.http",
                                    Set.of("publish", "wire", "protocol", "backbone", "log")),
                            // Positions and cursors are its values for all above it.
                            Map.entry("protocol", Set.of()),
                            Map.entry(
                                    "channel",
                                    Set.of(
                                            "protocol",
                                            "backbone",
                                            "identity",
                                            "limits",
                                            "log",
                                            "time")),
                            // Who pays for a publication.
                            Map.entry("backbone", Set.of("protocol", "limits")),
                            Map.entry(
                                    "backbone.ring",
                                    Set.of("protocol", "backbone", "limits", "time")),
                            Map.entry(
                                    "backbone.memory",
                                    Set.of(
                                            "protocol",
                                            "backbone",
                                            "backbone.ring",
                                            "limits",
                                            "log",
                                            "time")),
                            Map.entry(
                                    "backbone.local",
                                    Set.of(
                                            "protocol",
                                            "backbone",
                                            "backbone.ring",
                                            "backbone.memory",
                                            "limits",
                                            "time")),
                            Map.entry(
                                    "backbone.archived",
                                    Set.of(
                                            "protocol",
                                            "backbone",
                                            "backbone.ring",
                                            "backbone.memory",
                                            "archive",
                                            "limits",
                                            "log",
                                            "time")),
                            Map.entry(
                                    "backbone.redis",
                                    Set.of(
                                            // Whose bus it is.
                                            "cluster",
                                            "protocol",
                                            "backbone",
                                            "backbone.ring",
                                            "backbone.memory",
                                            "archive",
                                            "limits",
                                            "log",
                                            "time")),
                            // It carries what channels do not leave to their log.
                            Map.entry(
                                    "cluster",
                                    Set.of("channel", "backbone", "limits", "log", "time")),
                            // It keeps what the log consists of.
                            Map.entry("archive", Set.of("protocol", "backbone", "limits", "time")),
                            Map.entry(
                                    "archive.queue",
                                    Set.of("archive", "protocol", "backbone", "time")),
                            Map.entry(
                                    "archive.file",
                                    Set.of(
                                            "archive",
                                            "archive.queue",
                                            "protocol",
                                            "backbone",
                                            "log",
                                            "time")),
                            Map.entry(
                                    "archive.postgres",
                                    Set.of(
                                            "archive",
                                            "archive.queue",
                                            "protocol",
                                            "backbone",
                                            "log",
                                            "time")),
                            // The listener ports, and the values they speak of.
                            Map.entry(
                                    "metrics",
                                    Set.of(
                                            "wire",
                                            "wire.deflate",
                                            "handshake",
                                            "outbound",
                                            "keepalive",
                                            "limits",
                                            "channel",
                                            "archive",
                                            "cluster",
                                            "backbone.redis",
                                            "endpoint",
                                            "session",
                                            "protocol")),
                            // In a WAR, which may stand in a Jetty that has nothing of ours.
                            Map.entry("war", Set.of()),
                            // The accounts, which everybody charges who keeps something.
                            Map.entry("limits", Set.of("log", "time")),
                            // What a peer may cause in the log is summed up by the wheel.
                            Map.entry("log", Set.of("time")),
                            Map.entry("time", Set.of())));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(ROOT);

    @Test
    void everyPackageIsInTheTable() {
        Set<String> packages = new TreeSet<>();
        CLASSES.forEach(type -> packages.add(nameOf(type.getPackageName())));
        assertThat(packages).isEqualTo(MAY_IMPORT.keySet());
    }

    @Test
    void packagesImportOnlyWhatTheTableAllows() {
        MAY_IMPORT.forEach(
                (name, allowed) ->
                        noClasses()
                                .that()
                                .resideInAPackage(fullName(name))
                                .should()
                                .dependOnClassesThat(
                                        describe(
                                                "are ours and not of " + allowed,
                                                type -> !mayImport(name, allowed, type)))
                                .check(CLASSES));
    }

    private static boolean mayImport(String from, Set<String> allowed, JavaClass type) {
        String other = type.getBaseComponentType().getPackageName();
        if (!other.equals(ROOT) && !other.startsWith(ROOT + ".")) {
            return true;
        }
        String to = nameOf(other);
        return to.equals(from)
                || to.equals("api")
                || allowed.contains(to)
                || (allowed.contains(ALL_BELOW) && !to.startsWith("cli") && !to.isEmpty());
    }

    @Test
    void jettyIsImportedOnlyWhereItIsWrapped() {
        onlyIn(
                List.of("server", "wire.jetty", "wire.jetty.h2", "endpoint.jetty"),
                "org.eclipse.jetty..");
    }

    @Test
    void eachLibraryHasItsRoom() {
        onlyIn(List.of("metrics"), "io.micrometer..", "io.prometheus..");
        onlyIn(List.of("config"), "io.smallrye.config..");
        onlyIn(List.of("cli"), "picocli..");
        onlyIn(List.of("log"), "ch.qos.logback..");
        onlyIn(List.of("backbone.redis"), "io.lettuce..", "io.netty..", "reactor..");
        onlyIn(List.of("limits", "handshake.rule", "identity"), "com.github.benmanes.caffeine..");
        onlyIn(List.of("identity"), "com.nimbusds..");
        onlyIn(List.of("handshake.rule"), "io.github.bucket4j..");
        onlyIn(List.of("node.deployment", "endpoint.session"), "org.jboss.weld..");
        onlyIn(List.of("handshake", "handshake.rule", "node.deployment"), "jakarta.interceptor..");
        onlyIn(List.of("channel", "wire.engine"), "org.jctools..");
        onlyIn(
                List.of("admin", "protocol", "endpoint.demo"),
                "jakarta.json..",
                "org.eclipse.yasson..");
        onlyIn(List.of("config", "protocol", "endpoint.demo"), "jakarta.validation..");
        onlyIn(List.of("config", "protocol"), "org.hibernate.validator..");
        onlyIn(List.of("war"), "jakarta.servlet..");
        onlyIn(List.of("archive.file"), "org.rocksdb..");
        onlyIn(
                List.of("archive.postgres"),
                "java.sql..",
                "javax.sql..",
                "org.postgresql..",
                "com.zaxxer.hikari..",
                "org.flywaydb..");
    }

    /** Each has a name that an operator finds in docs/architecture.md, and somebody who ends it. */
    @Test
    void threadsAreMadeInNamedPlaces() {
        noClasses()
                .that(
                        describe(
                                "are no factory of threads",
                                type ->
                                        !List.of(
                                                        "io.highwater.time.TimerThread",
                                                        "io.highwater.wire.engine.Requeue",
                                                        "io.highwater.wire.engine.FanoutThread",
                                                        "io.highwater.channel.ShardThreads",
                                                        "io.highwater.backbone.redis.LoopThread",
                                                        "io.highwater.archive.queue.ArchiveThreads",
                                                        "io.highwater.endpoint.session.CallbackExecutor",
                                                        "io.highwater.endpoint.jetty.JettyThreads",
                                                        "io.highwater.server.Connectors")
                                                .contains(outermost(type).getName())))
                .should()
                .accessTargetWhere(describe("make a thread", ArchitectureTest::makesThread))
                .check(CLASSES);
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    private static boolean makesThread(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        return switch (owner) {
            case "java.lang.Thread" ->
                    Set.of("<init>", "start", "startVirtualThread", "ofVirtual", "ofPlatform")
                            .contains(name);
            case "java.util.concurrent.Executors", "org.eclipse.jetty.util.VirtualThreads" ->
                    !name.equals("areSupported");
            case "java.util.Timer", "java.util.concurrent.ForkJoinPool" -> name.equals("<init>");
            default -> false;
        };
    }

    private static void onlyIn(List<String> packages, String... libraries) {
        String[] names = packages.stream().map(ArchitectureTest::fullName).toArray(String[]::new);
        noClasses()
                .that()
                .resideOutsideOfPackages(names)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries)
                .check(CLASSES);
    }

    /**
     * Wall-clock time is what a certificate's dates, the metrics library's registry and the
     * generation of the local log need; a log line's time stamp comes with its event.
     */
    @Test
    void clocksAreReadByTheTickerAndTheWallClockAlone() {
        noClasses()
                .that(
                        describe(
                                "are no clock, certificate or registry",
                                type ->
                                        !List.of(
                                                        "io.highwater.time.Ticker",
                                                        "io.highwater.server.tls.DevelopmentCertificate",
                                                        "io.highwater.time.WallClock",
                                                        "io.highwater.metrics.NodeMetrics")
                                                .contains(type.getName())))
                .should()
                .accessTargetWhere(describe("read a clock", ArchitectureTest::readsClock))
                .check(CLASSES);
    }

    private static boolean readsClock(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        return switch (owner) {
            case "java.lang.System" -> Set.of("nanoTime", "currentTimeMillis").contains(name);
            case "java.time.Clock" -> name.startsWith("system");
            case "io.micrometer.core.instrument.Clock" -> name.equals("SYSTEM");
            case "org.eclipse.jetty.util.NanoTime" -> true;
            case "java.util.Date" -> name.equals("<init>");
            default -> owner.startsWith("java.time.") && name.equals("now");
        };
    }

    @Test
    void everyPackageIsNullMarked() {
        for (String name : MAY_IMPORT.keySet()) {
            assertThat(CLASSES.getPackage(fullName(name)).isAnnotatedWith(NullMarked.class))
                    .as("@NullMarked on " + fullName(name))
                    .isTrue();
        }
    }

    private static String fullName(String name) {
        return name.isEmpty() ? ROOT : ROOT + "." + name;
    }

    private static String nameOf(String packageName) {
        return packageName.equals(ROOT) ? "" : packageName.substring(ROOT.length() + 1);
    }
}
