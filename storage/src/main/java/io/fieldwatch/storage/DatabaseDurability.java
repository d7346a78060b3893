package io.fieldwatch.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What a commit of this database is worth, as the server said at the start of the session that writes.
 *
 * @param serverVersion PostgreSQL's
 * @param fsync whether the server waits for its disk at all
 * @param fullPageWrites whether a page that was half written when the power went can be made whole
 * @param synchronousCommit {@code on}, {@code remote_apply}, {@code remote_write}, {@code local} or {@code off}
 * @param synchronousStandbyNames the standbys that a commit waits for; empty for none
 */
public record DatabaseDurability(
        String serverVersion,
        boolean fsync,
        boolean fullPageWrites,
        String synchronousCommit,
        String synchronousStandbyNames) {

    static DatabaseDurability read(Connection connection) throws SQLException {
        String sql = "SELECT current_setting('server_version'), current_setting('fsync')::boolean,"
                + " current_setting('full_page_writes')::boolean, current_setting('synchronous_commit'),"
                + " current_setting('synchronous_standby_names')";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return new DatabaseDurability(
                    row.getString(1), row.getBoolean(2), row.getBoolean(3), row.getString(4), row.getString(5));
        }
    }

    /** In plain words what can be lost, one sentence for each setting; empty when a commit holds. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!fsync) {
            warnings.add("fsync is off: a power cut or a crash of the database's machine can lose or damage everything"
                    + " that is stored; set fsync = on");
        }
        if (!fullPageWrites) {
            warnings.add("full_page_writes is off: a power cut can damage what is stored beyond repair, unless the disk"
                    + " itself writes pages whole; set full_page_writes = on");
        }
        if ("off".equals(synchronousCommit)) {
            warnings.add("synchronous_commit is off: a crash of the database can lose the last observations although"
                    + " fieldwatch was told that they are stored, and has let go of them; set synchronous_commit = on");
        } else if ("local".equals(synchronousCommit) && !synchronousStandbyNames.isEmpty()) {
            warnings.add("synchronous_commit is local although synchronous_standby_names is '" + synchronousStandbyNames
                    + "': a failover to a standby can lose the last observations; set synchronous_commit = on");
        }
        return warnings;
    }
}
