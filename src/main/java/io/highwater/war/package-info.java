/**
 * The small part of Highwater that an application's WAR contains, in a jar of its own (classifier
 * {@code war}): in the manifest, the version that the WAR was built against, and a class that
 * reports a missing Highwater. Depends only on the servlet API, and is not in Highwater's jar.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.war;
