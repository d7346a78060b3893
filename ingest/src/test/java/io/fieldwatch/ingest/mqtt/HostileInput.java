package io.fieldwatch.ingest.mqtt;

import java.util.List;

/**
 * Something that a broken or hostile client does.
 *
 * @param number in the list of hostile inputs that the endpoint is tested against
 * @param endings what is counted for its connections, each at least once; empty when nothing is wrong with them
 */
record HostileInput(int number, String title, List<Ending> endings, Attack attack) {

    /** Does it, and fails when the endpoint does not answer as it must. */
    interface Attack {
        void against(HostileTarget target) throws Exception;
    }

    static HostileInput of(int number, String title, Attack attack, Ending... endings) {
        return new HostileInput(number, title, List.of(endings), attack);
    }

    @Override
    public String toString() {
        return number + " " + title;
    }
}
