package io.highwater.cli.bench;

/** Who takes turns. */
enum Contestant {
    HIGHWATER("highwater"),
    /** The {@link RawLoop}. */
    RAW("raw");

    private final String jsonName;

    Contestant(String jsonName) {
        this.jsonName = jsonName;
    }

    String jsonName() {
        return jsonName;
    }
}
