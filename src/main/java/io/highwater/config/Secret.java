package io.highwater.config;

/** A password or token, which appears in no log line and no toString. Immutable. */
final class Secret {
    private final String value;

    Secret(String value) {
        this.value = value;
    }

    /** The secret itself: hand it on, never print it. */
    String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
