package io.highwater.endpoint;

/** An endpoint can't be deployed; the message is one line with the class and the reason. */
public final class EndpointDeploymentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EndpointDeploymentException(Class<?> endpoint, String reason) {
        super(endpoint.getName() + ": " + reason);
    }

    EndpointDeploymentException(Class<?> endpoint, String reason, Throwable cause) {
        super(endpoint.getName() + ": " + reason, cause);
    }
}
