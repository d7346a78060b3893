package io.fieldwatch.ingest.mqtt;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Each connection is an open file to the operating system. Some are kept free for the log, the database and the console,
 * so that a crowd of devices cannot keep the log from its next file.
 */
final class FileLimit {

    private static final Logger LOG = LoggerFactory.getLogger(FileLimit.class);
    private static final long KEPT_FREE_MAX = 500;

    private FileLimit() {}

    /** How many of the connections wanted this process can have. */
    static int connections(int wanted) {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) {
            return wanted;
        }
        long files = system.getMaxFileDescriptorCount();
        long keptFree = Math.min(KEPT_FREE_MAX, files / 4);
        long possible = Math.max(1, files - system.getOpenFileDescriptorCount() - keptFree);
        if (wanted <= possible) {
            return wanted;
        }
        LOG.warn(
                "no more than {} devices can be connected at once, not {}: this process may open {} files (ulimit -n)",
                possible,
                wanted,
                files);
        return (int) possible;
    }
}
