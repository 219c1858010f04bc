package io.highwater.admin;

import java.util.Arrays;
import java.util.List;

/**
 * The admin port's paths and its rules, without a server around them. Thread-safe.
 *
 * <p>For every request, the Host must be one of {@link AllowedHosts}.
 *
 * <p>A change needs all of these: the header {@code X-Highwater-Admin}, which no web page can send
 * to another origin; a loopback Host, which no page can have after DNS rebinding; and, on a
 * connection that isn't loopback at both ends, the token. If no token is configured, changes are
 * possible only from this machine.
 */
public final class AdminApi {
    private static final String ADMIN_HEADER = "X-Highwater-Admin";

    /** At most this much of a refused host is shown. */
    private static final int MAX_SHOWN_CHARS = 253;

    private final AdminActions actions;
    private final AdminToken token;
    private final AllowedHosts hosts;

    public AdminApi(AdminSettings settings, AdminActions actions) {
        this.actions = actions;
        this.token = new AdminToken(settings.token());
        this.hosts = new AllowedHosts(settings);
    }

    public AdminResponse handle(AdminRequest request) {
        List<String> named = request.headers("Host");
        if (!hosts.allow(named)) {
            return misdirected(named);
        }
        return switch (request.path()) {
            case "/metrics" -> isRead(request) ? metrics(request) : notAllowed("GET, HEAD");
            case "/health/live" -> isRead(request) ? live() : notAllowed("GET, HEAD");
            case "/health/ready" -> isRead(request) ? ready(request) : notAllowed("GET, HEAD");
            case "/clients/slow" -> isRead(request) ? slowClients() : notAllowed("GET, HEAD");
            case "/drain" -> request.method().equals("POST") ? drain(request) : notAllowed("POST");
            default -> AdminResponse.error(404, "no such path");
        };
    }

    private static AdminResponse misdirected(List<String> named) {
        String all = String.join(", ", named);
        String shown = all.length() > MAX_SHOWN_CHARS ? all.substring(0, MAX_SHOWN_CHARS) : all;
        return AdminResponse.error(
                421,
                "the host '"
                        + shown
                        + "' is not served here: name it in "
                        + AllowedHosts.KEY
                        + ", or call localhost or an address");
    }

    private AdminResponse metrics(AdminRequest request) {
        MetricsFormat format = MetricsFormat.of(request.headers("Accept"));
        return AdminResponse.text(format.contentType(), actions.metrics(format));
    }

    private AdminResponse live() {
        return actions.isLive()
                ? AdminResponse.state(200, "live")
                : AdminResponse.state(503, "not live");
    }

    /** Whether the node takes connections; it does so while a part is away, too. */
    private AdminResponse ready(AdminRequest request) {
        boolean isReady = actions.isReady();
        int status = isReady ? 200 : 503;
        String state = isReady ? "ready" : "not ready";
        return isVerbose(request.query())
                ? AdminResponse.state(status, state, PartHealth.json(actions.parts()))
                : AdminResponse.state(status, state);
    }

    private static boolean isVerbose(String query) {
        return Arrays.stream(query.split("&"))
                .anyMatch(parameter -> parameter.equals("verbose") || parameter.equals("verbose="));
    }

    private AdminResponse slowClients() {
        return AdminResponse.json(actions.slowClients().json());
    }

    private AdminResponse drain(AdminRequest request) {
        if (request.headers(ADMIN_HEADER).isEmpty()) {
            return AdminResponse.error(403, "a change needs the header " + ADMIN_HEADER);
        }
        List<String> hosts = request.headers("Host");
        if (hosts.size() != 1 || !LoopbackHost.matches(hosts.get(0))) {
            return AdminResponse.error(403, "a change needs a loopback Host, such as localhost");
        }
        if (!request.isFromLoopback()) {
            if (!token.isConfigured()) {
                return AdminResponse.error(
                        403,
                        "changes from another machine are off: highwater.admin.token is not set");
            }
            if (!token.matches(request.headers("Authorization"))) {
                return AdminResponse.error(401, "the token is missing or wrong")
                        .withHeader("WWW-Authenticate", "Bearer");
            }
        }
        actions.drain();
        return AdminResponse.state(202, "draining");
    }

    private static boolean isRead(AdminRequest request) {
        return request.method().equals("GET") || request.method().equals("HEAD");
    }

    private static AdminResponse notAllowed(String allow) {
        return AdminResponse.error(405, "this path takes " + allow).withHeader("Allow", allow);
    }
}
