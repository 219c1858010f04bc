package io.highwater.endpoint;

import io.highwater.outbound.OutboundSettings;
import io.highwater.wire.WireSettings;

/** What bounds the sessions of endpoints that say nothing else. Immutable. */
public record EndpointSettings(WireSettings wire, OutboundSettings outbound) {
    public static EndpointSettings defaults() {
        return new EndpointSettings(WireSettings.defaults(), OutboundSettings.defaults());
    }
}
