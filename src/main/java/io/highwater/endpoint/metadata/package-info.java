/**
 * What an endpoint's class declares, read once at deployment: its annotations, its methods and what
 * its configurator chooses. Start reading at {@code EndpointMethods}. Immutable, except for the
 * application's own configurator.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.metadata;
