package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.SocketOverHttp2;
import io.highwater.testing.TestSocket;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A web application's constraints and filters, which its WebSockets have to pass, too. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SecuredWarIT {
    private static final Duration GUARD = Duration.ofSeconds(120);
    private static final String LOADER = "org.eclipse.jetty.ee.webapp.WebAppClassLoader";
    private static final String IMPORTS =
            "import jakarta.servlet.*;\n"
                    + "import jakarta.servlet.annotation.*;\n"
                    + "import jakarta.servlet.http.*;\n"
                    + "import jakarta.websocket.*;\n"
                    + "import jakarta.websocket.server.*;\n"
                    + "import java.io.IOException;\n"
                    + "import java.util.*;\n";

    /** Sessions at once. */
    private static final int PLACES = 20;

    private static final String ANN = basic("ann");
    private static final String BOB = basic("bob");

    @TempDir private static Path folder;
    private BaseFolder base;
    private NodeProcess node;

    private static String basic(String user) {
        return "Authorization: Basic "
                + Base64.getEncoder()
                        .encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
    }

    @BeforeAll
    void start() throws IOException {
        base = BaseFolder.copy(folder);
        secured().writeTo(base.war("app"));
        visited().writeTo(base.war("visited"));
        spring().writeTo(base.war("spring"));
        secured().writeTo(base.war("again"));
        node =
                base.start(
                        "-Dhighwater.handshake.max-connections=" + PLACES,
                        "-Dhighwater.handshake.max-connections-per-ip=0");
        assertThat(node.isReady()).as(node.stderr()).isTrue();
    }

    private static WarFile secured() throws IOException {
        WarFile war = new WarFile(folder).withoutBeansXml();
        for (String path :
                List.of("secured", "admin", "tls", "open", "filtered", "late", "named")) {
            String name = path.substring(0, 1).toUpperCase() + path.substring(1);
            war.source(
                    name,
                    IMPORTS
                            + "@ServerEndpoint(value = \"/"
                            + path
                            + "/x\", configurator = Looks.class)\n"
                            + "public class "
                            + name
                            + " {\n"
                            + "  @OnMessage public String onText(String text, Session session) {\n"
                            + "    return session.getUserProperties().get(\"seen\") + \" \""
                            + " + (session.getUserPrincipal() == null ? \"nobody\""
                            + " : session.getUserPrincipal().getName());\n"
                            + "  }\n"
                            + "}");
        }
        return war.source(
                        "Looks",
                        IMPORTS
                                + "public class Looks extends ServerEndpointConfig.Configurator {\n"
                                + "  @Override public void modifyHandshake(ServerEndpointConfig c,"
                                + " HandshakeRequest request, HandshakeResponse response) {\n"
                                + "    c.getUserProperties().put(\"seen\","
                                + " (request.getUserPrincipal() == null ? \"nobody\""
                                + " : request.getUserPrincipal().getName())"
                                + " + \" \" + request.isUserInRole(\"desk\"));\n"
                                + "  }\n"
                                + "}")
                .source(
                        "Filtering",
                        IMPORTS
                                + "@WebFilter(\"/filtered/*\")\n"
                                + "public class Filtering extends HttpFilter {\n"
                                + "  @Override protected void doFilter(HttpServletRequest request,"
                                + " HttpServletResponse response, FilterChain chain)"
                                + " throws IOException, ServletException {\n"
                                + "    if (request.getHeader(\"X-Pass\") == null)"
                                + " response.sendError(401); else chain.doFilter(request, response);\n"
                                + "  }\n"
                                + "}")
                .source(
                        "LateFilter",
                        IMPORTS
                                + "@WebFilter(\"/late/*\")\n"
                                + "public class LateFilter extends HttpFilter {\n"
                                + "  @Override protected void doFilter(HttpServletRequest request,"
                                + " HttpServletResponse response, FilterChain chain)"
                                + " throws IOException, ServletException {\n"
                                + "    chain.doFilter(request, response);\n"
                                + "    throw new ServletException(\"thought better of it\");\n"
                                + "  }\n"
                                + "}")
                .source(
                        "NamedFilter",
                        IMPORTS
                                + "public class NamedFilter extends HttpFilter {\n"
                                + "  @Override protected void doFilter(HttpServletRequest request,"
                                + " HttpServletResponse response, FilterChain chain)"
                                + " throws IOException, ServletException {\n"
                                + "    if (request.getHeader(\"X-Deny\") != null)"
                                + " response.sendError(403); else chain.doFilter(request, response);\n"
                                + "  }\n"
                                + "}")
                .webInf(
                        "web.xml",
                        "<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\">"
                                + "<filter><filter-name>named</filter-name>"
                                + "<filter-class>team.NamedFilter</filter-class></filter>"
                                + "<filter-mapping><filter-name>named</filter-name>"
                                + "<servlet-name>default</servlet-name></filter-mapping>"
                                + constraint(
                                        "/secured/*",
                                        "<auth-constraint><role-name>*</role-name>"
                                                + "</auth-constraint>")
                                + constraint(
                                        "/admin/*",
                                        "<auth-constraint>"
                                                + "<role-name>admin</role-name></auth-constraint>")
                                + constraint(
                                        "/tls/*",
                                        "<user-data-constraint><transport-guarantee>"
                                                + "CONFIDENTIAL</transport-guarantee></user-data-constraint>")
                                + "<login-config><auth-method>BASIC</auth-method>"
                                + "<realm-name>test</realm-name></login-config>"
                                + "<security-role><role-name>desk</role-name></security-role>"
                                + "<security-role><role-name>admin</role-name></security-role>"
                                + "</web-app>")
                .webInf("jetty-ee10-web.xml", users());
    }

    private static String constraint(String path, String what) {
        return "<security-constraint><web-resource-collection><web-resource-name>r"
                + "</web-resource-name><url-pattern>"
                + path
                + "</url-pattern><http-method>GET</http-method></web-resource-collection>"
                + what
                + "</security-constraint>";
    }

    private static String users() {
        return "<?xml version=\"1.0\"?><!DOCTYPE Configure PUBLIC"
                + " \"-//Jetty//Configure//EN\" \"https://jetty.org/configure_10_0.dtd\">"
                + "<Configure class=\"org.eclipse.jetty.ee10.webapp.WebAppContext\">"
                + "<Get name=\"securityHandler\"><Set name=\"loginService\">"
                + "<New class=\"org.eclipse.jetty.security.HashLoginService\">"
                + "<Set name=\"name\">test</Set><Set name=\"userStore\">"
                + "<New class=\"org.eclipse.jetty.security.UserStore\">"
                + user("ann", "desk")
                + user("bob", "admin")
                + "</New></Set></New></Set></Get></Configure>";
    }

    private static String user(String name, String role) {
        return "<Call name=\"addUser\"><Arg>"
                + name
                + "</Arg><Arg><Call class=\"org.eclipse.jetty.util.security.Credential\""
                + " name=\"getCredential\"><Arg>secret</Arg></Call></Arg>"
                + "<Arg><Array type=\"String\"><Item>"
                + role
                + "</Item></Array></Arg></Call>";
    }

    /** Without a constraint or a filter; one endpoint looks at the HTTP session, one doesn't. */
    private static WarFile visited() throws IOException {
        return new WarFile(folder)
                .withoutBeansXml()
                .source(
                        "Login",
                        IMPORTS
                                + "@WebServlet(\"/login\")\n"
                                + "public class Login extends HttpServlet {\n"
                                + "  @Override protected void doGet(HttpServletRequest request,"
                                + " HttpServletResponse response) {\n"
                                + "    request.getSession().setAttribute(\"name\", \"ann\");\n"
                                + "  }\n"
                                + "}")
                .source(
                        "Visit",
                        IMPORTS
                                + "@ServerEndpoint(value = \"/visit\","
                                + " configurator = Visit.Looks.class)\n"
                                + "public class Visit {\n"
                                + "  public static class Looks"
                                + " extends ServerEndpointConfig.Configurator {\n"
                                + "    @Override public void modifyHandshake(ServerEndpointConfig c,"
                                + " HandshakeRequest request, HandshakeResponse response) {\n"
                                + "      HttpSession session ="
                                + " (HttpSession) request.getHttpSession();\n"
                                + "      c.getUserProperties().put(\"name\", session == null"
                                + " ? \"none\" : session.getAttribute(\"name\"));\n"
                                + "    }\n"
                                + "  }\n"
                                + "  @OnMessage public String onText(String text, Session session) {\n"
                                + "    return (String) session.getUserProperties().get(\"name\");\n"
                                + "  }\n"
                                + "}");
    }

    /** Spring Security's chain as its initializer would register it, behind all others. */
    private static WarFile spring() throws IOException {
        return new WarFile(folder)
                .withoutBeansXml()
                .libraries(libraries("spring-", "commons-logging-", "micrometer-", "jspecify-"))
                .source(
                        "Secured",
                        "import jakarta.servlet.*;\n"
                                + "import jakarta.servlet.annotation.*;\n"
                                + "import java.util.*;\n"
                                + "import org.springframework.security.authentication.*;\n"
                                + "import org.springframework.security.authentication.dao.*;\n"
                                + "import org.springframework.security.authorization.*;\n"
                                + "import org.springframework.security.core.authority.*;\n"
                                + "import org.springframework.security.core.userdetails.*;\n"
                                + "import org.springframework.security.provisioning.*;\n"
                                + "import org.springframework.security.web.*;\n"
                                + "import org.springframework.security.web.access.*;\n"
                                + "import org.springframework.security.web.access.intercept.*;\n"
                                + "import org.springframework.security.web.authentication.*;\n"
                                + "import org.springframework.security.web.authentication.www.*;\n"
                                + "import org.springframework.security.web.context.*;\n"
                                + "import org.springframework.security.web.servletapi.*;\n"
                                + "@WebListener\n"
                                + "public class Secured implements ServletContextListener {\n"
                                + "  @Override public void contextInitialized("
                                + "ServletContextEvent event) {\n"
                                + "    ProviderManager users = new ProviderManager("
                                + "new DaoAuthenticationProvider(new InMemoryUserDetailsManager(\n"
                                + "        new User(\"ann\", \"{noop}secret\","
                                + " AuthorityUtils.createAuthorityList(\"ROLE_desk\")),\n"
                                + "        new User(\"bob\", \"{noop}secret\","
                                + " AuthorityUtils.createAuthorityList(\"ROLE_admin\")))));\n"
                                + "    BasicAuthenticationEntryPoint entry ="
                                + " new BasicAuthenticationEntryPoint();\n"
                                + "    entry.setRealmName(\"test\");\n"
                                + "    SecurityContextHolderAwareRequestFilter aware ="
                                + " new SecurityContextHolderAwareRequestFilter();\n"
                                + "    try { aware.afterPropertiesSet(); }"
                                + " catch (ServletException e) {"
                                + " throw new IllegalStateException(e); }\n"
                                + "    FilterChainProxy chain = new FilterChainProxy("
                                + "new DefaultSecurityFilterChain(request -> true,\n"
                                + "        new SecurityContextHolderFilter("
                                + "new RequestAttributeSecurityContextRepository()),\n"
                                + "        new BasicAuthenticationFilter(users, entry), aware,\n"
                                + "        new AnonymousAuthenticationFilter(\"key\"),\n"
                                + "        new ExceptionTranslationFilter(entry),\n"
                                + "        new AuthorizationFilter("
                                + "AuthorityAuthorizationManager.hasRole(\"desk\"))));\n"
                                + "    event.getServletContext().addFilter(\"spring\", chain)"
                                + ".addMappingForUrlPatterns("
                                + "EnumSet.of(DispatcherType.REQUEST), true, \"/*\");\n"
                                + "  }\n"
                                + "}")
                .source(
                        "Desk",
                        IMPORTS
                                + "@ServerEndpoint(value = \"/desk\","
                                + " configurator = Desk.Looks.class)\n"
                                + "public class Desk {\n"
                                + "  public static class Looks"
                                + " extends ServerEndpointConfig.Configurator {\n"
                                + "    @Override public void modifyHandshake(ServerEndpointConfig c,"
                                + " HandshakeRequest request, HandshakeResponse response) {\n"
                                + "      c.getUserProperties().put(\"seen\","
                                + " org.springframework.security.core.context"
                                + ".SecurityContextHolder.getContext().getAuthentication().getName()"
                                + " + \" \" + request.isUserInRole(\"desk\"));\n"
                                + "    }\n"
                                + "  }\n"
                                + "  @OnMessage public String onText(String text, Session session) {\n"
                                + "    return session.getUserProperties().get(\"seen\") + \" \""
                                + " + session.getUserPrincipal().getName();\n"
                                + "  }\n"
                                + "}");
    }

    private static List<Path> libraries(String... beginnings) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(
                        path ->
                                Arrays.stream(beginnings)
                                        .anyMatch(path.getFileName().toString()::startsWith))
                .toList();
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

    private String answer(String path, String... headers) throws Exception {
        try (TestSocket socket = open(path, headers)) {
            socket.text("");
            return socket.next(GUARD).text();
        }
    }

    /** Of an HTTP/1.1 and of an HTTP/2 handshake, which are the same. */
    private int status(String path, String... headers) throws Exception {
        int status =
                catchThrowableOfType(TestSocket.Refused.class, () -> open(path, headers)).status();
        try (SocketOverHttp2 http2 = SocketOverHttp2.connect(http())) {
            assertThat(
                            catchThrowableOfType(
                                            TestSocket.Refused.class,
                                            () -> http2.openWith(path, headers))
                                    .status())
                    .as("over HTTP/2")
                    .isEqualTo(status);
        }
        return status;
    }

    private HttpResponse<Void> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(http().resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.discarding());
    }

    @Test
    void aLoginIsAskedForAsOfAnyRequest() throws Exception {
        assertThat(get("/app/secured/x").statusCode()).isEqualTo(401);
        assertThat(status("/app/secured/x")).isEqualTo(401);
        assertThat(answer("/app/secured/x", ANN)).isEqualTo("ann true ann");
        assertThat(answer("/app/secured/x", BOB)).isEqualTo("bob false bob");
        try (SocketOverHttp2 http2 = SocketOverHttp2.connect(http());
                TestSocket socket = http2.openWith("/app/secured/x", ANN)) {
            socket.text("");
            assertThat(socket.next(GUARD).text()).isEqualTo("ann true ann");
        }
    }

    @Test
    void aRoleIsAskedForAsOfAnyRequest() throws Exception {
        assertThat(status("/app/admin/x", ANN)).isEqualTo(403);
        assertThat(answer("/app/admin/x", BOB)).isEqualTo("bob false bob");
    }

    @Test
    void whatIsConfidentialIsSo() throws Exception {
        assertThat(status("/app/tls/x"))
                .isEqualTo(get("/app/tls/x").statusCode())
                .isNotEqualTo(200);
        Matcher port = Pattern.compile("https://127\\.0\\.0\\.1:(\\d+)").matcher(node.readyLine());
        assertThat(port.find()).isTrue();
        CompletableFuture<String> answer = new CompletableFuture<>();
        WebSocket socket =
                HttpClient.newBuilder()
                        .sslContext(trusting())
                        .build()
                        .newWebSocketBuilder()
                        .buildAsync(
                                URI.create("wss://localhost:" + port.group(1) + "/app/tls/x"),
                                new WebSocket.Listener() {
                                    @Override
                                    public CompletionStage<?> onText(
                                            WebSocket webSocket, CharSequence data, boolean last) {
                                        answer.complete(data.toString());
                                        return null;
                                    }
                                })
                        .get(GUARD.toSeconds(), TimeUnit.SECONDS);
        socket.sendText("", true);
        assertThat(answer.get(GUARD.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo("nobody false nobody");
        socket.abort();
    }

    @Test
    void filtersDecideAsOfAnyRequest() throws Exception {
        assertThat(status("/app/filtered/x")).isEqualTo(401);
        assertThat(answer("/app/filtered/x", "X-Pass: yes")).isEqualTo("nobody false nobody");
        // One by the servlet's name comes last of the WAR's own.
        assertThat(status("/app/named/x", "X-Deny: yes")).isEqualTo(403);
        assertThat(answer("/app/named/x")).isEqualTo("nobody false nobody");
        // On its way back, too.
        assertThat(status("/app/late/x")).isEqualTo(500);
        assertThat(answer("/app/open/x")).isEqualTo("nobody false nobody");
        assertThat(status("/app/nowhere")).isEqualTo(404);
    }

    @Test
    void whatIsRefusedGivesItsPlaceBack() throws Exception {
        for (int i = 0; i <= PLACES; i++) {
            assertThat(status("/app/late/x")).isEqualTo(500);
            assertThat(status("/app/secured/x")).isEqualTo(401);
        }
        assertThat(node.admin().metrics().connections("http/1.1")).isZero();
        try (TestSocket socket = open("/app/open/x")) {
            assertThat(node.admin().metrics().connections("http/1.1")).isEqualTo(1);
            assertThat(socket.isQuiet()).isTrue();
        }
    }

    @Test
    void anEndpointThatLooksSeesTheHttpSession() throws Exception {
        String cookie =
                get("/visited/login")
                        .headers()
                        .firstValue("Set-Cookie")
                        .orElseThrow()
                        .split(";")[0];
        assertThat(answer("/visited/visit", "Cookie: " + cookie)).isEqualTo("ann");
        assertThat(answer("/visited/visit")).isEqualTo("none");
    }

    @Test
    void springsSecurityDecidesAsOfAnyRequest() throws Exception {
        assertThat(get("/spring/desk").statusCode()).isEqualTo(401);
        assertThat(status("/spring/desk")).isEqualTo(401);
        assertThat(status("/spring/desk", BOB)).isEqualTo(403);
        assertThat(answer("/spring/desk", ANN)).isEqualTo("ann true ann");
    }

    @Test
    void aRedeployLeavesNothingBehind() throws Exception {
        long loaders = node.liveObjects().getOrDefault(LOADER, 0L);
        assertThat(answer("/again/secured/x", ANN)).isEqualTo("ann true ann");
        secured().writeTo(base.war("again"));
        await().atMost(GUARD).until(() -> deployed() == 2);
        assertThat(answer("/again/secured/x", ANN)).isEqualTo("ann true ann");
        await().atMost(GUARD)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () ->
                                assertThat(node.liveObjects().getOrDefault(LOADER, 0L))
                                        .isEqualTo(loaders));
    }

    private long deployed() throws IOException {
        return node.log("deployed").stream()
                .filter(line -> line.getString("context").equals("/again"))
                .count();
    }

    private static SSLContext trusting() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        return context;
    }

    /** The base's certificate is of its own making. */
    private static final class Trusting extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
