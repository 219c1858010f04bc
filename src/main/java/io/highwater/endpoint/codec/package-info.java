/**
 * The encoders and decoders of endpoints: which types an application's classes are declared for,
 * those of Java's own types, and each session's own instances. Start reading at {@code Decoders}
 * and {@code Encoders}, which are built at deployment and never change; {@code SessionCodecs} is
 * thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.codec;
