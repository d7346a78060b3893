package io.fieldwatch.telemetry;

/**
 * The block, version 1. All numbers are little-endian; offsets in bytes. A block is a header and records back to back.
 *
 * <pre>
 * Header, 32 bytes
 *   0  u32  magic 0x31425746 ("FWB1")
 *   4  u8   version, 1
 *   5  u8   flags: bit 0 the block has DEVICE records
 *   6  u16  spare, 0
 *   8  i32  catalogue version the numbers of kinds and properties are from
 *  12  i32  records in the block
 *  16  i32  of these, observations
 *  20  i32  bytes of the whole block, header included
 *  24  i64  base: arrival of the first record, milliseconds since 1970
 *
 * Every record begins
 *   0  u32  bytes of the record, these included
 *   4  u8   type
 *
 * OBSERVATION (type 1), 32 + 8 x (number of properties present) bytes
 *   5  u8   spare, 0
 *   6  u16  kind number
 *   8  i32  device number
 *  12  u16  arrival, milliseconds after base
 *  14  u16  quality flags, see Quality
 *  16  i64  time, microseconds since 1970
 *  24  u64  properties present: bit n stands for the property with number n
 *  32  8 bytes for each present property, in ascending order of its number: NUMBER as an IEEE 754 double, INTEGER as
 *           i64, BOOLEAN as 0 or 1, CODE as its index
 *
 * DEVICE (type 2): defines or describes a device number
 *   5  u8   bit 0: name follows, bit 1: area follows
 *   6  u16  kind number
 *   8  i32  device number
 *  12  f64  latitude, NaN when unknown
 *  20  f64  longitude, NaN when unknown
 *  28  external id, name, area: each u16 length and UTF-8 bytes
 *
 * REJECTED (type 3): input for the quarantine
 *   5  u8   reason number, see RejectReason
 *   6  u16  spare, 0
 *   8  i64  arrival, milliseconds since 1970
 *  16  source, topic, detail: each u16 length and UTF-8 bytes; then u32 length and the payload's bytes
 *
 * TICK (type 4), 16 bytes
 *   5  3 bytes spare, 0
 *   8  i64  wall time, microseconds since 1970
 *
 * OFFLINE (type 5): a device's connection broke without a goodbye, see DeviceOffline
 *   5  u8   spare, 0
 *   6  u16  kind number
 *   8  i32  device number
 *  12  i32  spare, 0
 *  16  i64  time, microseconds since 1970
 *  24  detail: u16 length and UTF-8 bytes
 * </pre>
 *
 * <p>Integrity (CRC32C) is the log's business: it frames and checks whole blocks.
 */
public final class BlockFormat {

    public static final int MAGIC = 0x31425746;
    public static final int VERSION = 1;
    public static final int HEADER_BYTES = 32;
    public static final int OBSERVATION_BYTES = 32;
    public static final int VALUE_BYTES = 8;

    public static final int OBSERVATION = 1;
    public static final int DEVICE = 2;
    public static final int REJECTED = 3;
    public static final int TICK = 4;
    public static final int OFFLINE = 5;

    static final int FLAGS_AT = 5;
    static final int FLAG_DEVICES = 1;
    static final int CATALOGUE_AT = 8;
    static final int RECORDS_AT = 12;
    static final int OBSERVATIONS_AT = 16;
    static final int BYTES_AT = 20;
    static final int BASE_AT = 24;

    static final int RECORD_BYTES_MIN = 8;
    static final int DEVICE_HAS_NAME = 1;
    static final int DEVICE_HAS_AREA = 2;
    static final int DEVICE_TEXTS_AT = 28;
    static final int REJECTED_TEXTS_AT = 16;
    static final int TICK_BYTES = 16;
    static final int OFFLINE_TEXT_AT = 24;

    private BlockFormat() {}
}
