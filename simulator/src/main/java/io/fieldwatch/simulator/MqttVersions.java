package io.fieldwatch.simulator;

/** Which MQTT a simulation's gateways speak. */
public enum MqttVersions {
    MQTT_3_1_1,
    MQTT_5,
    /** Every other gateway MQTT 5. */
    BOTH;

    boolean five(int gateway) {
        return this == MQTT_5 || (this == BOTH && gateway % 2 == 1);
    }
}
