package io.highwater.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the image is built from and starts, against the launcher and the Deployment. */
final class ContainerfileTest {
    /** With the character before it, which keeps JAVA_OPTS' own options out. */
    private static final Pattern OPTION = Pattern.compile("[\" =](-(?:XX:|D|-sun)[^\" ;]+)");

    private final Containerfile file;

    ContainerfileTest() throws IOException {
        file = Containerfile.read();
    }

    @Test
    void imagesAreShortNamesWithATag() {
        assertThat(file.all("FROM"))
                .hasSize(2)
                .allSatisfy(image -> assertThat(image).matches("[a-z]+:[a-z0-9-]+( AS [a-z]+)?"));
    }

    @Test
    void optionsAreTheLaunchersOnTheNewestJdk() throws IOException {
        String start = file.words("ENTRYPOINT").get(2);

        assertThat(options(start)).isEqualTo(launcherOptions());
        assertThat(start)
                .startsWith("set -f; exec java ")
                .endsWith(" ${JAVA_OPTS:-} -jar highwater.jar \"$@\"");
    }

    /** All that it may set on JDK 25. */
    private static Set<String> launcherOptions() throws IOException {
        Set<String> options = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("highwater"))) {
            String assignment = line.strip();
            if (assignment.startsWith("options=") || assignment.startsWith("compact=")) {
                options.addAll(options(assignment));
            }
        }
        options.remove("-XX:+UnlockExperimentalVMOptions");
        return options;
    }

    private static Set<String> options(String text) {
        Set<String> options = new TreeSet<>();
        Matcher matcher = OPTION.matcher(text);
        while (matcher.find()) {
            options.add(matcher.group(1));
        }
        return options;
    }

    @Test
    void theUserIsANumberAndTheDeployments() throws Exception {
        var security = Rollout.base().pod().getSecurityContext();

        assertThat(file.last("USER"))
                .isEqualTo(security.getRunAsUser() + ":" + security.getRunAsGroup());
    }

    @Test
    void portsAreExposed() throws Exception {
        var config = Rollout.base().config();

        assertThat(file.last("EXPOSE").split(" "))
                .containsExactlyInAnyOrder(
                        "" + config.server().port(),
                        "" + config.server().tlsPort(),
                        "" + config.admin().port());
    }

    @Test
    void theDeploymentsFileIsWhereItsArgumentsLookForIt() throws Exception {
        List<String> args = Rollout.base().container().getArgs();
        Path config = Path.of(file.last("WORKDIR")).resolve(args.get(args.indexOf("--config") + 1));

        assertThat(Rollout.base().container().getCommand()).as("the image's").isEmpty();
        assertThat(args.subList(0, 1)).isEqualTo(file.words("CMD"));
        assertThat(Rollout.base().container().getVolumeMounts())
                .extracting(VolumeMount::getMountPath)
                .containsExactly(config.getParent().toString(), "/tmp");
        assertThat(config.getFileName()).hasToString("highwater.properties");
    }

    @Test
    void whatIsCopiedFromTheRepositoryIsThere() {
        assertThat(file.all("COPY"))
                .filteredOn(copy -> !copy.startsWith("--from=build "))
                .isNotEmpty()
                .allSatisfy(copy -> assertThat(Path.of(copy.split(" ")[0])).exists());
    }
}
