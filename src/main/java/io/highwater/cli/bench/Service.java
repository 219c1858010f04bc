package io.highwater.cli.bench;

/** Which of Highwater's two layers above the wire is measured. */
enum Service {
    /** The annotated endpoints at {@code /v1/echo} and {@code /v1/chat/bench}. */
    ENDPOINTS("endpoints"),
    /** Channel sessions at {@code /v1/ws}, subscribed to one channel. */
    CHANNELS("channels");

    private final String jsonName;

    Service(String jsonName) {
        this.jsonName = jsonName;
    }

    String jsonName() {
        return jsonName;
    }
}
