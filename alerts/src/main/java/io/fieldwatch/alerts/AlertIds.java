package io.fieldwatch.alerts;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Names that come out the same whenever the same log is read again; that is what makes "exactly once" possible. Each is
 * the first 64 bits of a SHA-256, in hexadecimal.
 */
final class AlertIds {

    private static final int BYTES = 8;

    private AlertIds() {}

    /** Differs when the rule's definition differs. */
    static String fingerprint(Rule rule) {
        return hash(rule.id(), rule.definition());
    }

    /** The id of the occurrence of a rule at a device that began at a time. */
    static String alert(Rule rule, String kind, String externalId, long raisedMicros) {
        return hash(rule.id(), rule.definition(), kind, externalId, Long.toString(raisedMicros));
    }

    /** The rule that raised the alert; empty when it is no more or has been changed since. */
    static Optional<Rule> ruleOf(Alert alert, RuleSet rules) {
        return rules.rule(alert.ruleId())
                .filter(rule -> alert(rule, alert.kind(), alert.externalId(), alert.raisedMicros())
                        .equals(alert.id()));
    }

    private static String hash(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
