package io.highwater.admin;

import java.util.List;

/** A request to the admin port as received on its connection: forwarded headers are ignored. */
public interface AdminRequest {
    String method();

    /** The path, percent-decoded and normalised. */
    String path();

    /** The query of the request, as it was sent; empty if there is none. */
    String query();

    /** All values of a header in their order; empty if it is absent. */
    List<String> headers(String name);

    /** True if both ends of the connection are loopback addresses. */
    boolean isFromLoopback();
}
