package io.fieldwatch.telemetry;

/** What is wrong in a YAML file, with the file and the line, in words for whoever wrote the file. */
public final class YamlError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public YamlError(String message) {
        super(message);
    }

    YamlError(String source, int line, String message) {
        super(source + " line " + line + ": " + message);
    }
}
