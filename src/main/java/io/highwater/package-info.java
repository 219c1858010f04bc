/** Wires, starts, drains and stops one node. */
@org.jspecify.annotations.NullMarked
package io.highwater;
