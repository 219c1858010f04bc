package io.highwater.config;

import io.highwater.api.Api;
import java.util.List;

/** The configuration is wrong. Has one line for each reason, with key, value and range. */
@Api
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
