package io.highwater.endpoint;

import io.highwater.outbound.OutboundSettings;
import io.highwater.wire.WireSettings;

/** Limits for sessions of endpoints that set none of their own. Immutable. */
public record EndpointSettings(WireSettings wire, OutboundSettings outbound) {
    public static EndpointSettings defaults() {
        return new EndpointSettings(WireSettings.defaults(), OutboundSettings.defaults());
    }
}
