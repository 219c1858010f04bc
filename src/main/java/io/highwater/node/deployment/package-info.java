/**
 * What teams deploy: {@link io.highwater.node.deployment.DeploymentPlan} finds the classes of a
 * program, of jars or of a WAR, {@link io.highwater.node.deployment.Deployment} is a container of
 * beans with its endpoints and rules, and {@link io.highwater.node.deployment.Deployments} decides
 * which of them answers a request. One thread makes and ends a deployment; while it serves, it is
 * thread-safe.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.node.deployment;
