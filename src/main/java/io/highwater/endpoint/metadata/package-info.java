/**
 * What an endpoint's class says, read once at deployment: its annotations, its methods and what its
 * configurator chooses. Begin at {@code EndpointMethods}. Immutable, but for the team's own
 * configurator.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.endpoint.metadata;
