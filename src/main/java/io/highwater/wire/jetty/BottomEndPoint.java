package io.highwater.wire.jetty;

import org.eclipse.jetty.io.EndPoint;

/** Finds the endpoint that has the socket, below TLS and any other wrappers. Stateless. */
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
