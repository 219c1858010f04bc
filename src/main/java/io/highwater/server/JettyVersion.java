package io.highwater.server;

import org.eclipse.jetty.util.Jetty;

/** The version of the Jetty that this process runs on; a base may have another than we ship. */
public final class JettyVersion {
    private JettyVersion() {}

    public static String current() {
        return Jetty.VERSION;
    }
}
