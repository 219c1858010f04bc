package io.highwater.wire.upgrade;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.wire.WireAcceptor;
import io.highwater.wire.WireExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The headers of the answer to an accepted handshake, while the handshake may still fail. The HTTP
 * stack sets the status: 101 for an Upgrade, 200 for an Extended CONNECT.
 */
public final class AcceptedAnswer implements WireAcceptor.ResponseHeaders {
    private static final String ACCEPT = "Sec-WebSocket-Accept";
    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";
    private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol";

    private record Header(String name, String value) {
        Header {
            Objects.requireNonNull(name, "a header without a name");
            Objects.requireNonNull(value, name);
        }
    }

    private final List<Header> headers = new ArrayList<>();

    AcceptedAnswer(
            UpgradeRequest request,
            UpgradeDecision.Accepted accepted,
            @Nullable WireExtension extension) {
        String key = request.header("Sec-WebSocket-Key");
        if (request.kind() == UpgradeRequest.Kind.UPGRADE) {
            add("Upgrade", "websocket");
            add("Connection", "Upgrade");
            add(ACCEPT, AcceptKey.of(key == null ? "" : key));
        } else if (key != null) {
            // RFC 8441 section 5 has neither header. A client that sends the key wants the other.
            add(ACCEPT, AcceptKey.of(key));
        }
        subprotocol(accepted.subprotocol());
        if (extension != null) {
            add(EXTENSIONS, extension.answer());
        }
    }

    /** Tells the name and value of each header, in the order in which they are sent. */
    public void forEach(BiConsumer<String, String> header) {
        headers.forEach(one -> header.accept(one.name(), one.value()));
    }

    @Override
    public Map<String, List<String>> all() {
        Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        forEach((name, value) -> all.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value));
        return all;
    }

    @Override
    public void add(String name, String value) {
        headers.add(new Header(name, value));
    }

    @Override
    public void subprotocol(@Nullable String name) {
        headers.removeIf(header -> header.name().equalsIgnoreCase(SUBPROTOCOL));
        if (name != null) {
            add(SUBPROTOCOL, name);
        }
    }
}
