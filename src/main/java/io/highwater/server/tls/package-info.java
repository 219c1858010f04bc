/** Keys and certificates of the data ports. Confined to the thread that starts a node. */
@org.jspecify.annotations.NullMarked
package io.highwater.server.tls;
