/**
 * The little that a team's WAR carries of Highwater, in a jar of its own (classifier {@code war}):
 * what it was built against, in the manifest, and who says what is missing where there is no
 * Highwater. Depends on nothing but the servlet API, and is not in Highwater's jar.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.war;
