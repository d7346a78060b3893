/** The operators' web page, the HTTP API and the live stream. */
@NullMarked
package io.fieldwatch.console;

import org.jspecify.annotations.NullMarked;
