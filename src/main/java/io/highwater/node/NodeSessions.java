package io.highwater.node;

import io.highwater.endpoint.Endpoints;
import io.highwater.identity.Identity;
import io.highwater.publish.ClientSession;
import io.highwater.publish.OpenSessions;
import io.highwater.session.Sessions;
import io.highwater.wire.CloseStatus;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The sessions of channels and endpoints, by subject. Looks at every session of the node.
 * Immutable; its parts are thread-safe.
 *
 * @param endpoints of all deployments
 */
record NodeSessions(Sessions channels, Supplier<List<Endpoints>> endpoints)
        implements OpenSessions {
    private record Found(ClientSession session, Consumer<CloseStatus> end) {}

    @Override
    public List<ClientSession> of(String subject) {
        return find(subject).stream().map(Found::session).toList();
    }

    @Override
    public int close(String subject, CloseStatus status) {
        List<Found> found = find(subject);
        found.forEach(session -> session.end().accept(status));
        return found.size();
    }

    private List<Found> find(String subject) {
        List<Found> found = new ArrayList<>();
        channels.of(subject)
                .forEach(
                        open ->
                                found.add(
                                        new Found(
                                                new ClientSession(
                                                        open.id(),
                                                        Sessions.PATH,
                                                        open.identity(),
                                                        open.client()),
                                                open.end())));
        for (Endpoints deployed : endpoints.get()) {
            deployed.sessionsOf(subject)
                    .forEach(
                            (path, sessions) ->
                                    sessions.forEach(
                                            open ->
                                                    found.add(
                                                            new Found(
                                                                    new ClientSession(
                                                                            open.id(),
                                                                            path,
                                                                            identity(open.user()),
                                                                            null),
                                                                    open.end()))));
        }
        return found;
    }

    /** A user whom the web application's own login knows has a name and no claims. */
    private static Identity identity(Principal user) {
        return user instanceof Identity known ? known : Identity.of(user.getName());
    }
}
