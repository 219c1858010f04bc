/**
 * Clients that mean harm, against a node in a process of its own with 256 MB and default limits,
 * and a good client beside them that must not notice. {@code Attacks} lists them; {@code Trial} is
 * what happens to each. They know the wire and nothing of the server's classes.
 *
 * <p>{@code AbuseTest} is the short form; {@code mvn verify -Pabuse} runs {@code AbuseSuite} and
 * {@code AbuseSoak}, in about an hour.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.abuse;
