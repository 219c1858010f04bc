package io.highwater.wire.jetty;

import org.eclipse.jetty.io.EndPoint;

/** Finds the endpoint that has the socket, under TLS and whatever else stands on it. Stateless. */
public final class BottomEndPoint {
    private BottomEndPoint() {}

    public static EndPoint of(EndPoint endPoint) {
        EndPoint bottom = endPoint;
        while (bottom instanceof EndPoint.Wrapper wrapper) {
            bottom = wrapper.unwrap();
        }
        return bottom;
    }
}
