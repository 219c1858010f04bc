package io.highwater.admin;

/** The two text formats that a Prometheus server may ask for. */
public enum MetricsFormat {
    PROMETHEUS("text/plain; version=0.0.4; charset=utf-8"),
    OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private final String contentType;

    MetricsFormat(String contentType) {
        this.contentType = contentType;
    }

    public String contentType() {
        return contentType;
    }

    /** The format that an Accept header asks for: OpenMetrics if named, else Prometheus text. */
    static MetricsFormat of(Iterable<String> accept) {
        for (String value : accept) {
            if (value.contains("application/openmetrics-text")) {
                return OPENMETRICS;
            }
        }
        return PROMETHEUS;
    }
}
