/** The main program: configuration, wiring, staged start and stop, the embedded demo. */
@NullMarked
package io.fieldwatch.server;

import org.jspecify.annotations.NullMarked;
