package io.highwater.abuse;

/** Commands of highwater.v1 as text (docs/protocol.md). Stateless. */
final class Commands {
    private Commands() {}

    /**
     * @param more members, each with a comma before it
     */
    static String subscribe(String channel, String more) {
        return "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"" + more + "}";
    }

    /**
     * @param data JSON
     */
    static String publish(String channel, String msgId, String data) {
        return "{\"type\":\"publish\",\"id\":4,\"channel\":\""
                + channel
                + "\",\"msgId\":\""
                + msgId
                + "\",\"data\":"
                + data
                + "}";
    }

    static String unsubscribe(String channel) {
        return "{\"type\":\"unsubscribe\",\"id\":3,\"channel\":\"" + channel + "\"}";
    }

    static String history(String channel) {
        return "{\"type\":\"history\",\"id\":5,\"channel\":\"" + channel + "\",\"limit\":1000}";
    }

    static String presence(String channel) {
        return "{\"type\":\"presence\",\"id\":6,\"channel\":\"" + channel + "\"}";
    }
}
