/**
 * Embedded Jetty: the data ports ({@link io.highwater.server.HttpServer}: connectors, TLS, HTTP/2
 * limits, the web page) and the admin port ({@link io.highwater.server.AdminServer}). Both are
 * started and stopped by one thread; their handlers are thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.server;
