package io.highwater.server;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/** Stands for the upgrade handler: turns every Extended CONNECT into a tunnel that echoes bytes. */
final class TunnelHandler extends Handler.Wrapper {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!HttpMethod.CONNECT.is(request.getMethod())) {
            return super.handle(request, response, callback);
        }
        EndPoint endPoint = request.getTunnelSupport().getEndPoint();
        request.setAttribute(
                HttpStream.UPGRADE_CONNECTION_ATTRIBUTE,
                new Echo(endPoint, request.getComponents().getExecutor()));
        response.setStatus(200);
        response.write(false, null, callback);
        return true;
    }

    /** Keeps Jetty's own answer to an idle timer, which is to close. */
    private static final class Echo extends AbstractConnection {
        Echo(EndPoint endPoint, java.util.concurrent.Executor executor) {
            super(endPoint, executor);
        }

        @Override
        public void onOpen() {
            super.onOpen();
            fillInterested();
        }

        @Override
        public void onFillable() {
            ByteBuffer buffer = BufferUtil.allocate(1024);
            try {
                int filled = getEndPoint().fill(buffer);
                if (filled < 0) {
                    close();
                } else if (filled == 0) {
                    fillInterested();
                } else {
                    getEndPoint().write(Callback.from(this::fillInterested), buffer);
                }
            } catch (java.io.IOException e) {
                getEndPoint().close(e);
            }
        }
    }
}
