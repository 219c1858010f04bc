package io.highwater.handshake;

import io.highwater.api.Api;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an interceptor binding as that of a handshake rule: every enabled interceptor with such a
 * binding is asked about every opening handshake, at the place its {@code @Priority} names.
 *
 * <pre>{@code
 * @InterceptorBinding @HandshakeRule
 * @Retention(RUNTIME) @Target({TYPE, METHOD})
 * public @interface TenantKnown {}
 *
 * @Interceptor @TenantKnown @Priority(HandshakePriorities.PATH + 10)
 * public class TenantRule {
 *     @AroundInvoke
 *     Object decide(InvocationContext context) throws Exception {
 *         UpgradeAttempt attempt = UpgradeAttempt.of(context);
 *         return attempt.request().header("X-Tenant") != null
 *                 ? context.proceed()
 *                 : Rejected.of(403, "tenant_unknown", "No tenant.").asStage();
 *     }
 * }
 * }</pre>
 *
 * The rule answers with a stage of an {@link UpgradeDecision} and does not block; it may proceed
 * later, on another thread. What it throws becomes a 500. Its deployment is refused without a
 * {@code @Priority}, with that of another rule, or with a second binding that is not a handshake
 * rule's.
 */
@Api
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.ANNOTATION_TYPE)
public @interface HandshakeRule {}
