package io.highwater.handshake.address;

import io.highwater.api.Api;
import java.net.InetSocketAddress;
import java.util.List;

/** The parts of a request that say where it comes from and which host it names. */
@Api
public interface RequestHead {
    /** All values of a header in their order, by case-insensitive name; empty if it is absent. */
    List<String> headers(String name);

    /** "http" or "https", the scheme of the connection itself. */
    String scheme();

    /** Host and optional port as the request named them: the Host header or :authority. */
    String authority();

    /** The other end of the TCP connection. */
    InetSocketAddress peer();
}
