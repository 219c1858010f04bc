/** A peer to be measured beside: embedded Tomcat with an annotated endpoint. */
@org.jspecify.annotations.NullMarked
package io.highwater.bench.tomcat;
