package io.highwater.endpoint;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.ee10.websocket.jakarta.common.PathParamProvider;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's configuration as one session sees it: with user properties and path parameters of
 * its own. Thread-safe: other sessions look into the user properties, too.
 */
final class SessionConfig implements ServerEndpointConfig, PathParamProvider {
    private final ServerEndpointConfig deployed;
    private final Map<String, String> pathParams;
    private final Map<String, Object> userProperties = new LazyMap();

    SessionConfig(ServerEndpointConfig deployed, Map<String, String> pathParams) {
        this.deployed = deployed;
        this.pathParams = pathParams;
        deployed.getUserProperties().forEach(userProperties::put);
    }

    @Override
    public Map<String, String> getPathParams() {
        return pathParams;
    }

    @Override
    public Map<String, Object> getUserProperties() {
        return userProperties;
    }

    @Override
    public Class<?> getEndpointClass() {
        return deployed.getEndpointClass();
    }

    @Override
    public String getPath() {
        return deployed.getPath();
    }

    @Override
    public List<String> getSubprotocols() {
        return deployed.getSubprotocols();
    }

    @Override
    public List<Extension> getExtensions() {
        return deployed.getExtensions();
    }

    @Override
    public Configurator getConfigurator() {
        return deployed.getConfigurator();
    }

    @Override
    public List<Class<? extends Encoder>> getEncoders() {
        return deployed.getEncoders();
    }

    @Override
    public List<Class<? extends Decoder>> getDecoders() {
        return deployed.getDecoders();
    }

    /** A map that costs nothing until something is put: most sessions never use theirs. */
    private static final class LazyMap extends AbstractMap<String, Object> {
        private volatile @Nullable Map<String, Object> entries;

        @Override
        public @Nullable Object put(String key, Object value) {
            return present().put(key, value);
        }

        private synchronized Map<String, Object> present() {
            Map<String, Object> map = entries;
            if (map == null) {
                entries = map = new ConcurrentHashMap<>(4);
            }
            return map;
        }

        @Override
        public @Nullable Object get(Object key) {
            Map<String, Object> map = entries;
            return map == null ? null : map.get(key);
        }

        @Override
        public @Nullable Object remove(Object key) {
            Map<String, Object> map = entries;
            return map == null ? null : map.remove(key);
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            Map<String, Object> map = entries;
            return map == null ? Set.of() : map.entrySet();
        }
    }
}
