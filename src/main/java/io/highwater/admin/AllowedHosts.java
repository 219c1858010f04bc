package io.highwater.admin;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which hosts a request to the admin port may name: a guard against DNS rebinding, by which a page
 * of any site can read whatever its browser's machine can reach. The request of such a page carries
 * the name of its site, so a name must be localhost, {@code highwater.admin.host}, or listed.
 * Addresses are allowed: no site is named by one, and probes and scrapes use them. A request
 * without a Host is allowed: it does not come from a browser. The port is ignored. Immutable.
 */
final class AllowedHosts {
    static final String KEY = "highwater.admin.allowed-hosts";
    private static final String NAME = "[A-Za-z0-9_-]{1,63}(?:\\.[A-Za-z0-9_-]{1,63}){0,30}";
    private static final Pattern LISTED = Pattern.compile("(?:\\*\\.)?" + NAME);

    /** An octet may be out of range: such a host resolves nowhere, and no browser sends it. */
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?");

    private static final Pattern NAMED = Pattern.compile("(" + NAME + ")(?::[0-9]{1,5})?");

    /** In lower case. */
    private final Set<String> names = new HashSet<>();

    /** In lower case, from the dot on. */
    private final List<String> suffixes;

    /**
     * @param settings whose list is checked already
     */
    AllowedHosts(AdminSettings settings) {
        names.add("localhost");
        names.add(settings.host().toLowerCase(Locale.ROOT));
        List<String> listed =
                settings.allowedHosts().stream().map(h -> h.toLowerCase(Locale.ROOT)).toList();
        names.addAll(listed);
        suffixes =
                listed.stream().filter(h -> h.startsWith("*.")).map(h -> h.substring(1)).toList();
    }

    /** Whether the list may contain this host. */
    static boolean isListable(String host) {
        return LISTED.matcher(host).matches();
    }

    /**
     * @param hosts the Host headers of a request
     */
    boolean allow(List<String> hosts) {
        if (hosts.isEmpty()) {
            return true; // HTTP/1.0; the server has refused other requests without a Host
        }
        String host = hosts.get(0).trim();
        return hosts.size() == 1 && (ADDRESS.matcher(host).matches() || isNamed(host));
    }

    private boolean isNamed(String host) {
        var named = NAMED.matcher(host);
        if (!named.matches()) {
            return false;
        }
        String name = named.group(1).toLowerCase(Locale.ROOT);
        return names.contains(name) || suffixes.stream().anyMatch(name::endsWith);
    }
}
