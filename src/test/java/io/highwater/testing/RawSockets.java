package io.highwater.testing;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Connected sockets for clients that write their bytes by hand. Stateless. */
public final class RawSockets {
    private static final int GUARD_MILLIS = 30_000;

    private RawSockets() {}

    /** A TCP or TLS connection by the scheme, with this protocol agreed on by ALPN over TLS. */
    public static Socket connect(URI server, String protocol) throws IOException {
        Socket socket = new Socket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(GUARD_MILLIS);
        return server.getScheme().equals("https") ? secure(socket, server, protocol) : socket;
    }

    private static Socket secure(Socket plain, URI server, String protocol) throws IOException {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {new TrustAll()}, null);
            SSLSocket socket =
                    (SSLSocket)
                            tls.getSocketFactory()
                                    .createSocket(plain, server.getHost(), server.getPort(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {protocol});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            if (!socket.getApplicationProtocol().equals(protocol)) {
                throw new IOException("ALPN chose " + socket.getApplicationProtocol());
            }
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
