package io.highwater.node.deployment;

import io.highwater.api.Api;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A team's classes can't be deployed: one line for each reason, which names the class. The node and
 * its other deployments go on.
 */
@Api
public final class DeploymentFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> reasons;

    DeploymentFailure(String reason) {
        super(reason);
        this.reasons = List.of(reason);
    }

    private DeploymentFailure(List<String> reasons, @Nullable Throwable cause) {
        super(String.join(System.lineSeparator(), reasons), cause);
        this.reasons = reasons;
    }

    /**
     * Wraps an exception of the container of beans or of an endpoint. The container reports several
     * problems as one exception whose message has all their stacks.
     *
     * @param missing can tell why a class is no bean
     */
    static DeploymentFailure of(Throwable thrown, MissingBeans missing) {
        if (thrown instanceof DeploymentFailure failure) {
            return failure;
        }
        boolean container =
                thrown instanceof DefinitionException || thrown instanceof DeploymentException;
        List<Throwable> problems =
                container && thrown.getSuppressed().length > 0
                        ? Arrays.asList(thrown.getSuppressed())
                        : List.of(thrown);
        return new DeploymentFailure(
                problems.stream()
                        .map(
                                problem ->
                                        missing.reason(problem)
                                                .map(reason -> reason + " (" + line(problem) + ")")
                                                .orElseGet(() -> line(problem)))
                        .distinct()
                        .toList(),
                thrown);
    }

    /** Wraps an exception thrown before there was a container. */
    static DeploymentFailure of(Throwable thrown) {
        return thrown instanceof DeploymentFailure failure
                ? failure
                : new DeploymentFailure(List.of(line(thrown)), thrown);
    }

    private static String line(Throwable problem) {
        String message = problem.getMessage();
        // The message of a LinkageError is only a class's name or signature; toString() adds the
        // name of the error, which says what is wrong with it.
        String line =
                message == null || problem instanceof LinkageError ? problem.toString() : message;
        return line.replaceAll("\\s+", " ").strip();
    }

    /** Made of several reasons, one line each. */
    static DeploymentFailure of(Collection<String> reasons) {
        return new DeploymentFailure(List.copyOf(reasons), null);
    }

    /** One line each. */
    public List<String> reasons() {
        return reasons;
    }
}
