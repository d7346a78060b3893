/** TimescaleDB: schema, COPY writer, queries, device registry, projections. The only module that speaks SQL. */
@NullMarked
package io.fieldwatch.storage;

import org.jspecify.annotations.NullMarked;
