/**
 * What the node is deployed by, held against the node: the manifests of k8s/ as typed models, and
 * the container's start command, run outside a container.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.deployment;
