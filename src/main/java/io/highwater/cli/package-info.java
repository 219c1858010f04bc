/** The commands: parse flags, call Highwater, print, exit code. */
@org.jspecify.annotations.NullMarked
package io.highwater.cli;
