@NullMarked
package io.fieldwatch.simulator.load;

import org.jspecify.annotations.NullMarked;
