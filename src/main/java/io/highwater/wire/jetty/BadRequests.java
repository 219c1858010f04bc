package io.highwater.wire.jetty;

import org.eclipse.jetty.http.ComplianceViolation;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;

/**
 * A connection that counts its bad requests as waste, and ends when they are too many. Thread-safe.
 */
public interface BadRequests {
    /** One more bad request, which was answered with this status or is about to be. */
    void onBadRequest(int status);

    /**
     * Whether the status of an answer, even an application's, says by itself that no good client
     * repeats the request.
     */
    static boolean isBad(int status) {
        return status == HttpStatus.TOO_MANY_REQUESTS_429
                || status == HttpStatus.EXPECTATION_FAILED_417
                || status == HttpStatus.URI_TOO_LONG_414
                || status == HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431;
    }

    /**
     * Whether this is Jetty's 400 to a path that two readers could understand differently. Other
     * 400s are counted where they are found, or come from an application that rejects what its user
     * typed.
     */
    static boolean isBadPath(HttpConfiguration http, MetaData.Request request, int status) {
        return status == HttpStatus.BAD_REQUEST_400
                && UriCompliance.checkUriCompliance(
                                http.getUriCompliance(),
                                request.getHttpURI(),
                                ComplianceViolation.Listener.NOOP)
                        != null;
    }
}
