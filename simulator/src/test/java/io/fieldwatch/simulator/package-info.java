@NullMarked
package io.fieldwatch.simulator;

import org.jspecify.annotations.NullMarked;
