@NullMarked
package io.fieldwatch.telemetry;

import org.jspecify.annotations.NullMarked;
