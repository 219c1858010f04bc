package io.highwater.node.deployment;

import io.highwater.endpoint.ApplicationContainer;
import io.highwater.wire.Gate;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * A web application as its class loader shows it: its bean archives, and what it was built against.
 * Confined to its caller.
 */
public final class WarArchive {
    private static final String BEANS = "META-INF/beans.xml";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    /** In the manifest of the small jar that a WAR contains; see {@code io.highwater.war}. */
    private static final String BUILT_AGAINST = "Highwater-Version";

    private final URLClassLoader loader;
    private final @Nullable Path webInf;

    public WarArchive(URLClassLoader loader, @Nullable Path webInf) {
        this.loader = loader;
        this.webInf = webInf;
    }

    /**
     * Starts the endpoints, rules and beans that it has for the node; {@link Deployments} makes
     * them answer.
     *
     * @param added what the application added by hand while it started
     * @param gate the part of the application that handshakes pass through; null for none
     * @return null if the WAR has nothing for the node
     * @throws DeploymentFailure says why it can't be deployed, in a line that names the class
     */
    public @Nullable Deployment start(
            String contextPath,
            ApplicationContainer added,
            @Nullable Gate gate,
            DeploymentHost node) {
        try {
            checkVersion(WarArchive.class.getPackage().getImplementationVersion());
            DeploymentPlan plan = plan(contextPath, added, gate);
            return plan == null ? null : Deployment.start(plan, node);
        } catch (IOException | RuntimeException | LinkageError e) {
            throw DeploymentFailure.of(e);
        }
    }

    /**
     * @param running this Highwater's version; null if it does not run from a jar
     * @throws DeploymentFailure it was built against another major version
     */
    private void checkVersion(@Nullable String running) throws IOException {
        for (URL url : Collections.list(loader.findResources(MANIFEST))) {
            String built = builtAgainst(url);
            if (built != null && running != null && !major(built).equals(major(running))) {
                throw new DeploymentFailure(
                        url.getPath().replaceAll("!/META-INF.*", "").replaceAll(".*/", "")
                                + ": the WAR was built against Highwater "
                                + built
                                + ", and this is "
                                + running
                                + ": the major versions differ");
            }
        }
    }

    private static @Nullable String builtAgainst(URL url) throws IOException {
        try (InputStream in = url.openStream()) {
            return new Manifest(in).getMainAttributes().getValue(BUILT_AGAINST);
        }
    }

    private static String major(String version) {
        return version.replaceAll("\\..*", "");
    }

    /** Whether it has a bean archive of its own. */
    private boolean hasBeansXml() {
        return loader.findResource(BEANS) != null || beansOfWebInf() != null;
    }

    private @Nullable Path beansOfWebInf() {
        Path beans = webInf == null ? null : webInf.resolve("beans.xml");
        return beans != null && Files.exists(beans) ? beans : null;
    }

    /** Null if the WAR has nothing for the node. */
    private @Nullable DeploymentPlan plan(
            String contextPath, ApplicationContainer added, @Nullable Gate gate)
            throws IOException {
        Path classes = webInf == null ? null : webInf.resolve("classes");
        WarClasses found = WarClasses.read(loader, classes);
        WarClasses.Chosen chosen = found.choose(added.classes(), added.configs());
        if (!hasBeansXml() && !found.concernsTheNode() && added.isEmpty()) {
            return null;
        }
        List<Class<?>> beans = new ArrayList<>(found.beans(mode(classes)));
        beans.addAll(chosen.classes());
        chosen.configs().forEach(config -> beans.add(config.getEndpointClass()));
        return new DeploymentPlan(
                contextPath,
                loader,
                DeploymentPlan.Found.LISTED,
                chosen.classes(),
                beans,
                found.singletons(),
                chosen.configs(),
                chosen.noEndpoints(),
                gate);
    }

    /** WEB-INF/beans.xml, or its absence, decides which of WEB-INF/classes are beans. */
    private WarClasses.BeansXml mode(@Nullable Path classes) throws IOException {
        Path beans = beansOfWebInf();
        if (beans == null) {
            // The container finds this beans.xml by itself.
            return classes != null && Files.exists(classes.resolve(BEANS))
                    ? WarClasses.BeansXml.NONE
                    : WarClasses.BeansXml.ANNOTATED;
        }
        String text = Files.readString(beans);
        return text.contains("bean-discovery-mode=\"all\"")
                ? WarClasses.BeansXml.ALL
                : text.contains("bean-discovery-mode=\"none\"")
                        ? WarClasses.BeansXml.NONE
                        : WarClasses.BeansXml.ANNOTATED;
    }
}
