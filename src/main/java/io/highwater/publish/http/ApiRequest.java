package io.highwater.publish.http;

import org.jspecify.annotations.Nullable;

/** The head of a request, as a server of HTTP knows it. Its methods may be called at any time. */
public interface ApiRequest {
    String method();

    /** As it came: still encoded, without the query. */
    String path();

    /** As it came: still encoded; empty if there is none. */
    String query();

    /** The first value of a header; null if there is none. */
    @Nullable String header(String name);
}
