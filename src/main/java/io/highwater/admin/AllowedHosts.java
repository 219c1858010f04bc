package io.highwater.admin;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which hosts a request to the admin port may name: a guard against DNS rebinding, by which a page
 * of any site reads what its browser's machine can reach. Such a page comes with the name of its
 * site, so a name has to be localhost, {@code highwater.admin.host}, or listed. An address is no
 * site's name, and probes and scrapes come with one; a request without a Host comes from no
 * browser. The port is not looked at. Immutable.
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

    /** Whether it can stand in the list. */
    static boolean isListable(String host) {
        return LISTED.matcher(host).matches();
    }

    /**
     * @param hosts the Host headers of a request
     */
    boolean allow(List<String> hosts) {
        if (hosts.isEmpty()) {
            return true; // HTTP/1.0; where HTTP needs one, the server has refused it
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
