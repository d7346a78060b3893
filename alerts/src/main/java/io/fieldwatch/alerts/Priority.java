package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Label;

/** How soon an operator has to act; P1 first. */
public enum Priority {
    P1(new Label("Khẩn cấp", "Critical")),
    P2(new Label("Nghiêm trọng", "High")),
    P3(new Label("Trung bình", "Medium")),
    P4(new Label("Thấp", "Low")),
    P5(new Label("Thông tin", "Information"));

    private final Label label;

    Priority(Label label) {
        this.label = label;
    }

    public Label label() {
        return label;
    }
}
