package io.fieldwatch.simulator.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What came of a load.
 *
 * @param published observations handed to connections, warm-up included
 * @param acked observations acknowledged as accepted; with QoS 0 all that were published
 * @param refused observations acknowledged with a failure code
 * @param resent messages sent again after a connection was lost
 * @param rate observations acknowledged per second, after the warm-up
 * @param p50 of the time from when a message was due to its acknowledgement, milliseconds; so are the next ones
 * @param connections that were up at the end
 * @param wanted connections there should be
 * @param connects CONNECTs that were accepted
 * @param lost connections that ended otherwise than by our goodbye
 * @param lastReason the highest reason code of a refused CONNECT or a DISCONNECT; 0 when there was none
 * @param allUpMillis from the beginning until all were connected; -1 when they never were
 * @param backMillis the longest time from a loss until all were connected again; -1 when there was none
 * @param bytesSent of PUBLISH packets
 * @param cpuSeconds of this process while publishing
 */
public record LoadResult(
        long published,
        long acked,
        long refused,
        long resent,
        double rate,
        double p50,
        double p90,
        double p99,
        double p999,
        double max,
        int connections,
        int wanted,
        long connects,
        long lost,
        int lastReason,
        double connectP99,
        long allUpMillis,
        long backMillis,
        long bytesSent,
        double cpuSeconds) {

    static double millis(Histogram histogram, double percentile) {
        return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1000.0;
    }

    /** One line of {@code name=value}. */
    public String summary() {
        return String.format(
                Locale.ROOT,
                "published=%d acked=%d refused=%d resent=%d rate=%.0f/s p50=%.2fms p90=%.2fms p99=%.2fms p999=%.2fms"
                        + " max=%.2fms connections=%d/%d connects=%d lost=%d reason=0x%02x allUp=%dms back=%dms cpu=%.2fs",
                published,
                acked,
                refused,
                resent,
                rate,
                p50,
                p90,
                p99,
                p999,
                max,
                connections,
                wanted,
                connects,
                lost,
                lastReason,
                allUpMillis,
                backMillis,
                cpuSeconds);
    }

    /** The same as JSON. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("published", published);
            json.writeNumberField("acked", acked);
            json.writeNumberField("refused", refused);
            json.writeNumberField("resent", resent);
            json.writeNumberField("ratePerSecond", rate);
            json.writeNumberField("p50Millis", p50);
            json.writeNumberField("p90Millis", p90);
            json.writeNumberField("p99Millis", p99);
            json.writeNumberField("p999Millis", p999);
            json.writeNumberField("maxMillis", max);
            json.writeNumberField("connections", connections);
            json.writeNumberField("connectionsWanted", wanted);
            json.writeNumberField("connects", connects);
            json.writeNumberField("lost", lost);
            json.writeNumberField("lastReason", lastReason);
            json.writeNumberField("connectP99Millis", connectP99);
            json.writeNumberField("allUpMillis", allUpMillis);
            json.writeNumberField("backMillis", backMillis);
            json.writeNumberField("bytesSent", bytesSent);
            json.writeNumberField("cpuSeconds", cpuSeconds);
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return text.toString();
    }
}
