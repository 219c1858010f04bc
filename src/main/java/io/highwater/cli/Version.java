package io.highwater.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the jar's version and the JVM's. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String jar = Main.class.getPackage().getImplementationVersion();
        return new String[] {
            "highwater " + (jar == null ? "(not from a jar)" : jar),
            "java " + Runtime.version() + ", " + System.getProperty("java.vm.vendor")
        };
    }
}
