/** A peer to be measured beside: Jetty's stock Jakarta endpoint, over HTTP/1.1 and h2c. */
@org.jspecify.annotations.NullMarked
package io.highwater.bench.jetty;
