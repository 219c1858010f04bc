/** The commands: they parse flags, call Highwater, print, and return an exit code. */
@org.jspecify.annotations.NullMarked
package io.highwater.cli;
