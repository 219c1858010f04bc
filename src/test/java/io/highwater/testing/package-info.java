/** What tests share: a running server, and the foreign programs that are set upon it. */
@org.jspecify.annotations.NullMarked
package io.highwater.testing;
