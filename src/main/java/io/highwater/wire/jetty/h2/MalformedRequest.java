package io.highwater.wire.jetty.h2;

import java.util.EnumSet;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.frames.HeadersFrame;

/** Finds violations of RFC 9113 section 8 that Jetty lets through: stream errors. Stateless. */
final class MalformedRequest {
    /** Section 8.2.2; Jetty itself refuses Connection and TE. */
    private static final Set<HttpHeader> OF_CONNECTIONS =
            EnumSet.of(
                    HttpHeader.KEEP_ALIVE,
                    HttpHeader.PROXY_CONNECTION,
                    HttpHeader.TRANSFER_ENCODING,
                    HttpHeader.UPGRADE);

    private MalformedRequest() {}

    static boolean isMalformed(HeadersFrame frame) {
        if (!(frame.getMetaData() instanceof MetaData.Request request)) {
            return false;
        }
        for (HttpField field : request.getHttpFields()) {
            HttpHeader header = field.getHeader();
            if (header != null
                    && (OF_CONNECTIONS.contains(header)
                            || (header == HttpHeader.CONTENT_LENGTH
                                    && isBelied(request, frame, field)))) {
                return true;
            }
        }
        return false;
    }

    /** Section 8.1.1; Jetty counts the bytes itself, except for CONNECT. */
    private static boolean isBelied(
            MetaData.Request request, HeadersFrame frame, HttpField length) {
        return frame.isEndStream()
                && HttpMethod.CONNECT.is(request.getMethod())
                && !"0".equals(length.getValue());
    }
}
