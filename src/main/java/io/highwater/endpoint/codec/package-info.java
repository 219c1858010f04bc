/**
 * The encoders and decoders of endpoints: what a team's classes are declared for, the ones of
 * Java's own types, and each session's own instances. Begin at {@code Decoders} and {@code
 * Encoders}; they are read at deployment and never change, {@code SessionCodecs} is thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.codec;
