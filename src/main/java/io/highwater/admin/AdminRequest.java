package io.highwater.admin;

import java.util.List;

/** A request to the admin port, as its connection saw it: forwarded headers count for nothing. */
public interface AdminRequest {
    String method();

    /** The path, percent-decoded and normalised. */
    String path();

    /** All values of a header in their order; empty where it is absent. */
    List<String> headers(String name);

    /** True where both ends of the connection are loopback addresses. */
    boolean isFromLoopback();
}
