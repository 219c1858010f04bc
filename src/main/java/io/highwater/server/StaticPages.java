package io.highwater.server;

import io.highwater.wire.jetty.UpgradeHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of the web page from a folder on the class path. It is the last in the handler
 * chain: for a path without a file it answers 404 or, if the path is a WebSocket's, a hint to open
 * one; for a method other than GET and HEAD it answers 405.
 *
 * <p>Own code, because the page is a handful of small files: they are read once and kept, and their
 * ETag depends on their content (Jetty's depends on date and size, which a reproducible build makes
 * equal between versions). Thread-safe.
 */
final class StaticPages extends Handler.Abstract {
    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "json", "application/json",
                    "txt", "text/plain; charset=utf-8",
                    "svg", "image/svg+xml",
                    "png", "image/png",
                    "ico", "image/x-icon");

    /** Longer than any page's path; the pattern needs stack for each part of a path. */
    private static final int MAX_PATH_CHARS = 200;

    /** Plain segments only, so that no path leaves the folder on any file system. */
    private static final Pattern PLAIN_PATH =
            Pattern.compile("(?:/[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*)+");

    private final ClassLoader loader;
    private final @Nullable String folder;

    /** By path; contains only files that exist, so it is at most as large as the folder. */
    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    /**
     * @param folder the folder on the class path, with "/" between its names and none at its ends;
     *     null for no files
     */
    StaticPages(ClassLoader loader, @Nullable String folder) {
        this.loader = loader;
        this.folder = folder;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback)
            throws IOException {
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
            Response.writeError(request, response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
            return true;
        }
        Page page = page(Request.getPathInContext(request));
        if (page == null && UpgradeHandler.hasWebSocketPath(request)) {
            WebSocketPath.answer(request, response, callback);
            return true;
        }
        if (page == null) {
            Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
            return true;
        }
        HttpFields.Mutable headers = response.getHeaders();
        SecurityHeaders.put(headers, request.getHttpURI().getAuthority());
        headers.put(HttpHeader.ETAG, page.etag);
        headers.put(HttpHeader.CACHE_CONTROL, "no-cache");
        if (isKnown(request.getHeaders().get(HttpHeader.IF_NONE_MATCH), page.etag)) {
            response.setStatus(HttpStatus.NOT_MODIFIED_304);
            callback.succeeded();
            return true;
        }
        headers.put(HttpHeader.CONTENT_TYPE, page.type);
        headers.put(HttpHeader.CONTENT_LENGTH, page.bytes.length);
        response.write(true, ByteBuffer.wrap(page.bytes).asReadOnlyBuffer(), callback);
        return true;
    }

    private @Nullable Page page(@Nullable String path) throws IOException {
        if (path == null || folder == null) {
            return null;
        }
        String file = path.equals("/") ? "/index.html" : path;
        Page known = pages.get(file);
        if (known != null
                || file.length() > MAX_PATH_CHARS
                || !PLAIN_PATH.matcher(file).matches()) {
            return known;
        }
        String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
        if (type == null) {
            return null;
        }
        try (InputStream in = loader.getResourceAsStream(folder + file)) {
            if (in == null) {
                return null;
            }
            Page page = Page.of(type, in.readAllBytes());
            pages.put(file, page);
            return page;
        }
    }

    /** RFC 9110 section 13.1.2; a weakness mark before the tag makes no difference to GET. */
    private static boolean isKnown(@Nullable String ifNoneMatch, String etag) {
        return ifNoneMatch != null
                && (ifNoneMatch.trim().equals("*") || ifNoneMatch.contains(etag));
    }

    private record Page(String type, byte[] bytes, String etag) {
        static Page of(String type, byte[] bytes) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
                String tag = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
                return new Page(type, bytes, '"' + tag.substring(0, 22) + '"');
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
