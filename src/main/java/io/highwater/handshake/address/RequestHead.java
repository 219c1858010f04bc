package io.highwater.handshake.address;

import io.highwater.api.Api;
import java.net.InetSocketAddress;
import java.util.List;

/** What a request says of where it comes from and what it calls. */
@Api
public interface RequestHead {
    /** All values of a header in their order, names in any case; empty where it is absent. */
    List<String> headers(String name);

    /** "http" or "https", of the connection itself. */
    String scheme();

    /** Host and optional port as the request named them: the Host header or :authority. */
    String authority();

    /** The other end of the TCP connection. */
    InetSocketAddress peer();
}
