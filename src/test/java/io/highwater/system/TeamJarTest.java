package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.Highwater;
import io.highwater.node.deployment.DeploymentFailure;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints in a team's own jar or folder. */
final class TeamJarTest {
    private static final Duration GUARD = Duration.ofSeconds(60);

    @TempDir private Path folder;

    private static Highwater start(Path classes) throws Exception {
        return Highwater.builder()
                .port(0)
                .adminPort(0)
                .drainWindow(Duration.ZERO)
                .classLoader(
                        new URLClassLoader(
                                new URL[] {classes.toUri().toURL()},
                                TeamJarTest.class.getClassLoader()))
                .start();
    }

    @Test
    void anEndpointNeedsNeitherScopeNorBeansXml() throws Exception {
        Path classes =
                TeamClasses.compile(
                        folder,
                        "Scopeless",
                        "@jakarta.websocket.server.ServerEndpoint(\"/scopeless\")\n"
                                + "public class Scopeless {\n"
                                + "  @jakarta.websocket.OnMessage public String onText(String text)"
                                + " { return \"echo \" + text; }\n"
                                + "}");
        Files.delete(classes.resolve("META-INF/beans.xml"));
        try (Highwater node = start(classes);
                TestSocket socket =
                        SocketOverHttp1.open(
                                        URI.create("http://127.0.0.1:" + node.port()),
                                        "/scopeless",
                                        null)
                                .reading()) {
            socket.text("a");
            assertThat(socket.next(GUARD).text()).isEqualTo("echo a");
        }
    }

    @Test
    void whatAnEndpointLacksIsNamed() throws Exception {
        Path classes =
                TeamClasses.compile(
                        folder,
                        "Broken",
                        "@jakarta.websocket.server.ServerEndpoint(\"/broken\")\n"
                                + "public class Broken {\n"
                                + "  private Missing missing;\n"
                                + "}\n"
                                + "class Missing {}");
        Files.delete(classes.resolve("team/Missing.class"));
        assertThatThrownBy(() -> start(classes))
                .isInstanceOf(DeploymentFailure.class)
                .hasMessage("team.Broken: lacks the class team.Missing");
    }

    private Path wants(String feed) throws Exception {
        return TeamClasses.compile(
                folder,
                "Wants",
                "@jakarta.websocket.server.ServerEndpoint(\"/wants\")\n"
                        + "public class Wants {\n"
                        + "  @jakarta.inject.Inject private Feed feed;\n"
                        + "}\n"
                        + feed);
    }

    @Test
    void aClassThatIsNoBeanForWantOfBeansXmlIsNamedWithItsArchive() throws Exception {
        Path classes = wants("@jakarta.enterprise.context.ApplicationScoped class Feed {}");
        Files.delete(classes.resolve("META-INF/beans.xml"));
        assertThatThrownBy(() -> start(classes))
                .isInstanceOfSatisfying(
                        DeploymentFailure.class,
                        failure ->
                                assertThat(failure.reasons())
                                        .singleElement()
                                        .asString()
                                        .startsWith(
                                                "team.Feed is no bean: "
                                                        + classes.getFileName()
                                                        + " has no META-INF/beans.xml; add an"
                                                        + " empty one (WELD-001408: ")
                                        .contains("team.Wants"));
    }

    @Test
    void aClassThatIsNoBeanForWantOfAScopeIsNamed() throws Exception {
        Path classes = wants("class Feed {}");
        assertThatThrownBy(() -> start(classes))
                .isInstanceOfSatisfying(
                        DeploymentFailure.class,
                        failure ->
                                assertThat(failure.reasons())
                                        .singleElement()
                                        .asString()
                                        .startsWith(
                                                "team.Feed is no bean: it has no scope; give it"
                                                        + " one, such as @ApplicationScoped"
                                                        + " (WELD-001408: "));
    }
}
