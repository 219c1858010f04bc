/**
 * Clients of other makes against a running server: npm ws, Node's http2, Chromium. The scripts are
 * in src/test/node; a machine that lacks a program skips its tests and says so.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.foreign;
