/**
 * The MQTT 3.1.1 and 5 endpoint: devices publish, nobody subscribes. Start with
 * {@link io.fieldwatch.ingest.mqtt.MqttEndpoint}, whose pipeline is one method.
 */
@NullMarked
package io.fieldwatch.ingest.mqtt;

import org.jspecify.annotations.NullMarked;
