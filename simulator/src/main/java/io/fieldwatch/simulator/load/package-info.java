/**
 * The load client: tens of thousands of MQTT connections from one process, on Netty, that publish on a schedule which waits
 * for nobody, and measure each acknowledgement from the moment its message was due. Start with
 * {@link io.fieldwatch.simulator.load.LoadRun}.
 */
@NullMarked
package io.fieldwatch.simulator.load;

import org.jspecify.annotations.NullMarked;
