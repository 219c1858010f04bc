/**
 * What all clients together, and each address, may make a node keep and do: the accounts of the
 * heap, and the allowances of work. docs/limits.md lists them.
 *
 * <p>Entry type: {@link io.highwater.limits.Ledger}. Code that keeps bytes for a client charges
 * them to an {@link io.highwater.limits.Account}; all types are thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.limits;
