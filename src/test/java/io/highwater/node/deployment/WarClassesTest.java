package io.highwater.node.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Classes that look like endpoints and are none, and endpoints that ask for what nobody gives. */
final class WarClassesTest {
    private static final String ENDPOINT =
            "import jakarta.websocket.OnMessage;\n"
                    + "import jakarta.websocket.server.ServerEndpoint;\n";
    private static final String METHOD = " @OnMessage public void onText(String text) {} ";

    @TempDir Path folder;

    /** Of a team's class; what is of other packages is compiled against, and not there. */
    private WarClasses read(String source, Map<String, String> missing) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        Path provided = Files.createDirectories(folder.resolve("provided"));
        for (Map.Entry<String, String> type : missing.entrySet()) {
            compile(sources, type.getKey(), type.getValue(), provided, provided);
        }
        compile(sources, "Team", "package team;\n" + source, classes, provided);
        URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
        return WarClasses.read(loader, classes);
    }

    private static void compile(Path sources, String name, String source, Path to, Path with)
            throws IOException {
        Path file = Files.writeString(sources.resolve(name + ".java"), source);
        List<String> options = new ArrayList<>(List.of("-proc:none", "-d", to.toString(), "-cp"));
        options.add(System.getProperty("java.class.path") + File.pathSeparator + with);
        options.add(file.toString());
        int result =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, options.toArray(String[]::new));
        assertThat(result).as(source).isZero();
    }

    @Test
    void anAbstractClassIsNone() throws Exception {
        WarClasses.Chosen chosen =
                read(
                                ENDPOINT
                                        + "@ServerEndpoint(\"/a\") public abstract class Team {"
                                        + METHOD
                                        + "}",
                                Map.of())
                        .choose(List.of(), List.of());
        assertThat(chosen.classes()).isEmpty();
        assertThat(chosen.noEndpoints()).containsExactly(Map.entry("team.Team", "is abstract"));
    }

    @Test
    void anInnerClassIsNoneAndAStaticOneIs() throws Exception {
        WarClasses.Chosen chosen =
                read(
                                ENDPOINT
                                        + "public class Team {"
                                        + "@ServerEndpoint(\"/a\") public class Inner {"
                                        + METHOD
                                        + "}"
                                        + "@ServerEndpoint(\"/b\") public static class Nested {"
                                        + METHOD
                                        + "}}",
                                Map.of())
                        .choose(List.of(), List.of());
        assertThat(chosen.classes()).extracting(Class::getName).containsExactly("team.Team$Nested");
        assertThat(chosen.noEndpoints())
                .containsExactly(Map.entry("team.Team$Inner", "is an inner class: make it static"));
    }

    /** Their API need not be there: a class whose annotation is missing has none, says the JVM. */
    @ParameterizedTest
    @CsvSource({
        "jakarta.ejb, EJB, FIELD, inject a bean with @Inject",
        "jakarta.ejb, Schedule, METHOD, use a ScheduledExecutorService",
        "jakarta.ejb, Schedules, METHOD, use a ScheduledExecutorService",
        "jakarta.persistence, PersistenceContext, FIELD, inject a bean with @Inject",
        "jakarta.persistence, PersistenceUnit, FIELD, inject a bean with @Inject"
    })
    void anEndpointThatAsksForWhatNobodyGivesIsNamedWithIt(
            String packageName, String annotation, String target, String instead) throws Exception {
        String marked = "@" + packageName + "." + annotation;
        WarClasses found =
                read(
                        ENDPOINT
                                + "@ServerEndpoint(\"/a\") public class Team {"
                                + METHOD
                                + (target.equals("FIELD")
                                        ? marked + " Object needed;"
                                        : marked + " public void tick() {}")
                                + "}",
                        annotation(packageName, annotation));
        DeploymentFailure failure =
                catchThrowableOfType(
                        DeploymentFailure.class, () -> found.choose(List.of(), List.of()));
        assertThat(failure.reasons())
                .containsExactly("team.Team: its " + marked + " is not obeyed here: " + instead);
    }

    /** Sessions have an endpoint each, as they would of a pool. */
    @ParameterizedTest
    @CsvSource({"Stateless", "Stateful", "Singleton"})
    void aSessionBeanIsABeanAndAnEndpoint(String annotation) throws Exception {
        WarClasses found =
                read(
                        ENDPOINT
                                + "@jakarta.ejb."
                                + annotation
                                + " @ServerEndpoint(\"/a\") public class Team {"
                                + METHOD
                                + "}",
                        annotation("jakarta.ejb", annotation));
        WarClasses.Chosen chosen = found.choose(List.of(), List.of());
        assertThat(chosen.classes()).extracting(Class::getName).containsExactly("team.Team");
        assertThat(chosen.noEndpoints()).isEmpty();
        assertThat(found.beans(WarClasses.BeansXml.ANNOTATED))
                .extracting(Class::getName)
                .containsExactly("team.Team");
    }

    private static Map<String, String> annotation(String packageName, String name) {
        return Map.of(
                name,
                "package "
                        + packageName
                        + ";\n@java.lang.annotation.Retention("
                        + "java.lang.annotation.RetentionPolicy.RUNTIME)\npublic @interface "
                        + name
                        + " {}");
    }
}
