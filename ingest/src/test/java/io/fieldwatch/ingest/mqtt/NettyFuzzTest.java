package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * A second opinion: what Netty's codec makes of good messages is understood here as it was meant, and what is answered is
 * understood by Netty's codec. A plain model says what must come back and what must be in the log, and how often.
 */
class NettyFuzzTest {

    private static final int MESSAGES_MAX = 30;

    @FuzzTest(maxDuration = "10m")
    void agreesWithNettysCodec(FuzzedDataProvider data) throws Exception {
        PacketRun run = new PacketRun();
        NettyClient client = new NettyClient(run, data.consumeBoolean());
        NettyDialogue dialogue = new NettyDialogue(data, client);
        boolean goesOn = dialogue.connects();
        for (int i = 0; goesOn && i < MESSAGES_MAX && data.remainingBytes() > 0; i++) {
            goesOn = dialogue.says();
        }
        run.end();
        client.close();
        assertThat(run.records().observations)
                .extracting(each -> each.values().get("intensity"))
                .containsExactlyElementsOf(dialogue.stored());
        assertThat(run.records().rejected).hasSize(dialogue.refused());
    }
}
