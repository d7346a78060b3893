package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Label;

/** Where an alert stands; the letters are those of ISA-18.2's state diagram. */
public enum AlertState {
    /** B: the condition is true and nobody has acknowledged it. */
    UNACKNOWLEDGED('B', true, new Label("Chưa xác nhận", "Unacknowledged")),
    /** C: the condition is true and an operator has acknowledged it. */
    ACKNOWLEDGED('C', true, new Label("Đã xác nhận", "Acknowledged")),
    /** D: the condition is false again, but nobody has seen the alert yet; still listed. */
    CLEARED_UNACKNOWLEDGED('D', true, new Label("Đã trở lại bình thường, chưa xác nhận", "Cleared, unacknowledged")),
    /** A: over; no longer listed. */
    CLOSED('A', false, new Label("Đã kết thúc", "Closed"));

    private final char letter;
    private final boolean open;
    private final Label label;

    AlertState(char letter, boolean open, Label label) {
        this.letter = letter;
        this.open = open;
        this.label = label;
    }

    public char letter() {
        return letter;
    }

    /** Whether operators still see it in their list. */
    public boolean open() {
        return open;
    }

    public Label label() {
        return label;
    }
}
