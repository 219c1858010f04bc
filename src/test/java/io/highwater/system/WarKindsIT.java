package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The kinds of WARs that public samples of Jakarta WebSocket are, in one base. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WarKindsIT {
    private static final Duration GUARD = Duration.ofSeconds(120);
    private static final String LOADER = "org.eclipse.jetty.ee.webapp.WebAppClassLoader";
    private static final String IMPORTS =
            "import jakarta.inject.*;\n"
                    + "import jakarta.servlet.*;\n"
                    + "import jakarta.websocket.*;\n"
                    + "import jakarta.websocket.server.*;\n"
                    + "import java.util.*;\n";
    private static final String ECHO =
            IMPORTS
                    + "@ServerEndpoint(\"/echo\")\n"
                    + "public class Echo {\n"
                    + "  @OnMessage public String onText(String text) { return \"echo \" + text; }\n"
                    + "}";
    private static final String COUNTER =
            "@ServerEndpoint(\"/count\")\n"
                    + "public class Counter {\n"
                    + "  private int count;\n"
                    + "  @OnMessage public synchronized String onText(String text)"
                    + " { return \"\" + ++count; }\n"
                    + "}";
    private static final String PROGRAMMATIC =
            IMPORTS
                    + "public class Programmatic extends Endpoint {\n"
                    + "  @Override public void onOpen(Session session, EndpointConfig config) {\n"
                    + "    session.addMessageHandler(String.class, text ->"
                    + " session.getAsyncRemote().sendText(\"programmatic \" + text));\n"
                    + "  }\n"
                    + "}";
    private static final String ANNOTATION =
            "import java.lang.annotation.*;\n"
                    + "@Retention(RetentionPolicy.RUNTIME) public @interface ";

    @TempDir private static Path folder;
    private BaseFolder base;
    private NodeProcess node;
    private List<JsonObject> startLog = List.of();
    private List<String> startNoise = List.of();

    @BeforeAll
    void start() throws IOException {
        base = BaseFolder.copy(folder);
        war().withoutBeansXml().source("Echo", ECHO).writeTo(base.war("nobeans"));
        war().source("Echo", ECHO).writeTo(base.war("noscope"));
        war().withoutBeansXml()
                .webInf("beans.xml", "<beans/>")
                .source("Echo", ECHO)
                .writeTo(base.war("webinf"));
        war().withoutBeansXml().asLibrary().source("Echo", ECHO).writeTo(base.war("library"));
        injected().writeTo(base.war("injected"));
        war().withoutBeansXml()
                .source("Counter", IMPORTS + "@Singleton\n" + COUNTER)
                .writeTo(base.war("single"));
        war().withoutBeansXml()
                .provided("jakarta.ejb", "Singleton", ANNOTATION + "Singleton {}")
                .source("Counter", IMPORTS + "@jakarta.ejb.Singleton\n" + COUNTER)
                .writeTo(base.war("ejb"));
        chosen().writeTo(base.war("chosen"));
        added().writeTo(base.war("added"));
        war().withoutBeansXml()
                .provided("other", "Missing", "public class Missing {}")
                .source(
                        "Broken",
                        IMPORTS
                                + "@ServerEndpoint(\"/echo\")\n"
                                + "public class Broken { private other.Missing missing; }")
                .writeTo(base.war("broken"));
        war().withoutBeansXml()
                .source(
                        "Asking",
                        IMPORTS
                                + "@ServerEndpoint(\"/echo\")\n"
                                + "public class Asking {"
                                + " @jakarta.annotation.Resource private Runnable executor; }")
                .writeTo(base.war("asking"));
        war().withoutBeansXml()
                .provided(
                        "javax.websocket.server",
                        "ServerEndpoint",
                        ANNOTATION + "ServerEndpoint { String value(); }")
                .source("Old", "@javax.websocket.server.ServerEndpoint(\"/e\") public class Old {}")
                .source("Echo", ECHO)
                .writeTo(base.war("old"));
        client().writeTo(base.war("client"));
        node = base.startBy(newestJava());
        assertThat(node.isReady()).as(node.stderr()).isTrue();
        startLog = node.log();
        startNoise = node.plainStderr();
    }

    private static String newestJava() throws IOException {
        Path jdks = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(jdks)) {
            return BaseFolder.java();
        }
        try (Stream<Path> all = Files.list(jdks)) {
            return all.map(jdk -> jdk.resolve("bin/java"))
                    .filter(Files::isExecutable)
                    .filter(java -> feature(java) > Runtime.version().feature())
                    .max(Comparator.comparingInt(WarKindsIT::feature))
                    .map(Path::toString)
                    .orElseGet(BaseFolder::java);
        }
    }

    /** As its file "release" says; 0 for one that has none. */
    private static int feature(Path java) {
        try {
            Matcher version =
                    Pattern.compile("JAVA_VERSION=\"(\\d+)")
                            .matcher(Files.readString(java.resolve("../../release")));
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Asks the other end whose address it gets. */
    private static WarFile client() throws IOException {
        return war().withoutBeansXml()
                .source(
                        "Proxy",
                        IMPORTS
                                + "@ServerEndpoint(\"/ask\")\n"
                                + "public class Proxy {\n"
                                + "  @OnMessage public void onText(String uri, Session session)"
                                + " throws Exception {\n"
                                + "    ContainerProvider.getWebSocketContainer().connectToServer("
                                + "new Asking(session), java.net.URI.create(uri));\n"
                                + "  }\n"
                                + "  @ClientEndpoint public static class Asking {\n"
                                + "    private final Session asker;\n"
                                + "    public Asking(Session asker) { this.asker = asker; }\n"
                                + "    @OnOpen public void onOpen(Session session)"
                                + " { session.getAsyncRemote().sendText(\"from within\"); }\n"
                                + "    @OnMessage public void onText(String text)"
                                + " { asker.getAsyncRemote().sendText(text); }\n"
                                + "  }\n"
                                + "}");
    }

    private static WarFile war() throws IOException {
        return new WarFile(folder);
    }

    private static WarFile injected() throws IOException {
        return war().withoutBeansXml()
                .source(
                        "Greeter",
                        "@jakarta.enterprise.context.ApplicationScoped public class Greeter {"
                                + " String greet(String name) { return \"hello \" + name; } }")
                .source(
                        "Greeting",
                        IMPORTS
                                + "@ServerEndpoint(\"/greet\")\n"
                                + "public class Greeting {\n"
                                + "  @Inject Greeter greeter;\n"
                                + "  @OnMessage public String onText(String text)"
                                + " { return greeter.greet(text); }\n"
                                + "}");
    }

    /** One of two annotated classes, and two paths of one Endpoint. */
    private static WarFile chosen() throws IOException {
        return war().withoutBeansXml()
                .source("Echo", ECHO)
                .source("Counter", IMPORTS + COUNTER)
                .source("Programmatic", PROGRAMMATIC)
                .source(
                        "Forgotten",
                        IMPORTS
                                + "public class Forgotten extends Endpoint {\n"
                                + "  @Override public void onOpen(Session s, EndpointConfig c) {}\n"
                                + "}")
                .source(
                        "Application",
                        IMPORTS
                                + "public class Application implements ServerApplicationConfig {\n"
                                + "  public Set<ServerEndpointConfig> getEndpointConfigs("
                                + "Set<Class<? extends Endpoint>> found) {\n"
                                + "    return Set.of(ServerEndpointConfig.Builder"
                                + ".create(Programmatic.class, \"/one\").build(),"
                                + " ServerEndpointConfig.Builder"
                                + ".create(Programmatic.class, \"/two\").build());\n"
                                + "  }\n"
                                + "  public Set<Class<?>> getAnnotatedEndpointClasses("
                                + "Set<Class<?>> found) {\n"
                                + "    return found.contains(Echo.class)"
                                + " ? Set.of(Echo.class) : Set.of();\n"
                                + "  }\n"
                                + "}");
    }

    /** By a listener, and too late by an endpoint. */
    private static WarFile added() throws IOException {
        return war().withoutBeansXml()
                .source("Programmatic", PROGRAMMATIC)
                .source(
                        "Starts",
                        IMPORTS
                                + "public class Starts implements ServletContextListener {\n"
                                + "  static ServerContainer container;\n"
                                + "  @Override public void contextInitialized("
                                + "ServletContextEvent event) {\n"
                                + "    container = (ServerContainer) event.getServletContext()"
                                + ".getAttribute(\"jakarta.websocket.server.ServerContainer\");\n"
                                + "    try {\n"
                                + "      container.addEndpoint(ServerEndpointConfig.Builder"
                                + ".create(Programmatic.class, \"/added\").build());\n"
                                + "    } catch (DeploymentException e) {"
                                + " throw new IllegalStateException(e); }\n"
                                + "  }\n"
                                + "}")
                .source(
                        "Late",
                        IMPORTS
                                + "@ServerEndpoint(\"/late\")\n"
                                + "public class Late {\n"
                                + "  @OnMessage public String onText(String text)"
                                + " throws Exception {\n"
                                + "    try { Starts.container.addEndpoint(Late.class);"
                                + " return \"added\"; }\n"
                                + "    catch (IllegalStateException e) { return \"too late\"; }\n"
                                + "  }\n"
                                + "}")
                .webInf(
                        "web.xml",
                        "<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\">"
                                + "<listener><listener-class>team.Starts</listener-class></listener>"
                                + "</web-app>");
    }

    @AfterAll
    void stop() {
        if (node != null) {
            node.close();
        }
    }

    private URI http() {
        return URI.create("http://127.0.0.1:" + node.port());
    }

    private TestSocket open(String path, String... headers) throws IOException {
        return SocketOverHttp1.openWith(http(), path, headers).reading();
    }

    private String answer(String path, String text) throws Exception {
        try (TestSocket socket = open(path)) {
            socket.text(text);
            return socket.next(GUARD).text();
        }
    }

    private List<String> log(String event, String key, String value, String shown)
            throws IOException {
        return node.log(event).stream()
                .filter(line -> line.getString(key).equals(value))
                .map(line -> line.getString(shown))
                .toList();
    }

    @Test
    void anAnnotatedClassIsAnEndpointWhateverBeansXmlSays() throws Exception {
        for (String war : List.of("nobeans", "noscope", "webinf", "library")) {
            assertThat(answer("/" + war + "/echo", "a")).as(war).isEqualTo("echo a");
            assertThat(log("endpoint", "path", "/" + war + "/echo", "class"))
                    .containsExactly("team.Echo");
        }
    }

    @Test
    void theBeansOfItsClassesAreInjected() throws Exception {
        assertThat(answer("/injected/greet", "you")).isEqualTo("hello you");
    }

    @Test
    void aSingletonIsOneWhoseverAnnotationItHas() throws Exception {
        for (String war : List.of("single", "ejb")) {
            assertThat(answer("/" + war + "/count", "")).as(war).isEqualTo("1");
            assertThat(answer("/" + war + "/count", "")).as(war).isEqualTo("2");
        }
    }

    @Test
    void anApplicationConfigChooses() throws Exception {
        assertThat(answer("/chosen/echo", "a")).isEqualTo("echo a");
        assertThat(answer("/chosen/one", "a")).isEqualTo("programmatic a");
        assertThat(answer("/chosen/two", "a")).isEqualTo("programmatic a");
        assertThat(log("no_endpoint", "class", "team.Counter", "reason"))
                .singleElement()
                .asString()
                .contains("not chosen", "team.Application");
        assertThat(log("no_endpoint", "class", "team.Forgotten", "reason"))
                .singleElement()
                .asString()
                .contains("subclass of Endpoint");
    }

    @Test
    void whatAnApplicationAddsWhileItStartsIsThereAlsoWhenItIsDeployedAnew() throws Exception {
        assertThat(answer("/added/added", "a")).isEqualTo("programmatic a");
        assertThat(answer("/added/late", "a")).isEqualTo("too late");
        int before = log("deployed", "context", "/added", "context").size();
        added().writeTo(base.war("added"));
        await().atMost(GUARD)
                .until(() -> log("deployed", "context", "/added", "context").size() > before);
        assertThat(answer("/added/added", "b")).isEqualTo("programmatic b");
    }

    @Test
    void anEndpointMayBeAClientToo() throws Exception {
        assertThat(answer("/client/ask", "ws://127.0.0.1:" + node.port() + "/nobeans/echo"))
                .isEqualTo("echo from within");
    }

    /** Its client's threads would hold on to its classes. */
    @Test
    void aClientsThreadsEndWithItsWar() throws Exception {
        int before = log("deployed", "context", "/client", "context").size();
        long loaders = node.liveObjects().getOrDefault(LOADER, 0L);
        for (String ask : List.of("/client/ask", "/client/ask")) {
            assertThat(answer(ask, "ws://127.0.0.1:" + node.port() + "/nobeans/echo"))
                    .isEqualTo("echo from within");
        }
        client().writeTo(base.war("client"));
        await().atMost(GUARD)
                .until(() -> log("deployed", "context", "/client", "context").size() > before);
        await().atMost(GUARD)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () ->
                                assertThat(node.liveObjects().getOrDefault(LOADER, 0L))
                                        .isEqualTo(loaders));
    }

    /** Not on a JDK that wants to know who uses Unsafe, nor for settings that have no effect. */
    @Test
    void theStartWarnsOfNothing() {
        assertThat(startNoise).isEmpty();
        assertThat(startLog)
                .filteredOn(line -> !line.getString("level").equals("INFO"))
                .extracting(line -> line.getString("event"))
                // What is so on purpose: no certificate of its own, and what can't work.
                .isSubsetOf("self_signed_certificate", "not_deployed", "no_endpoint");
    }

    @Test
    void whatCanNotWorkIsNamedWithWhatItLacks() throws Exception {
        assertThat(log("not_deployed", "context", "/broken", "reason"))
                .containsExactly("team.Broken: lacks the class other.Missing");
        assertThat(log("not_deployed", "context", "/asking", "reason"))
                .singleElement()
                .asString()
                .contains("team.Asking", "@jakarta.annotation.Resource");
        assertThat(log("no_endpoint", "class", "team.Old", "reason"))
                .singleElement()
                .asString()
                .contains("javax.websocket");
        assertThat(answer("/old/echo", "a")).isEqualTo("echo a");
    }
}
