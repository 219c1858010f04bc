/**
 * Turns the sources of the configuration into valid settings. {@link io.highwater.config.ConfigKey}
 * lists every key, {@code ConfigSchema} is the catalogue itself, {@link
 * io.highwater.config.ConfigSources} says where values come from, and {@link
 * io.highwater.config.HighwaterConfig} holds the settings for the other packages. No other package
 * reads the environment, system properties or the file. Everything is immutable or confined to its
 * caller.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.config;
