package io.fieldwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.bench.ProcFiles.MachineTimes;
import io.fieldwatch.bench.ProcFiles.ProcessTimes;
import org.junit.jupiter.api.Test;

final class ProcFilesTest {

    @Test
    void findsParentAndTimesOfAProcessWhateverItsName() {
        String stat = "4711 (a (very) odd name) S 42 4711 4711 0 -1 4194560 1 2 3 4 1000 200 30 4 20 0 1 0 99 1 2 3";
        assertThat(ProcFiles.processTimes(stat)).isEqualTo(new ProcessTimes(42, 1200, 34));
    }

    @Test
    void countsStolenTimeAsNeitherBusyNorIdle() {
        String stat = "cpu  100 5 50 800 20 3 2 20 7 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
        assertThat(ProcFiles.machineTimes(stat)).isEqualTo(new MachineTimes(160, 20, 1000));
    }

    @Test
    void readsResidentMemoryInBytes() {
        assertThat(ProcFiles.residentBytes("VmPeak:\t  9 kB\nVmRSS:\t  2048 kB\n"))
                .hasValue(2048 * 1024L);
        assertThat(ProcFiles.residentBytes("VmPeak:\t  9 kB\n")).isEmpty();
    }
}
