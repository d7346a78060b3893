@NullMarked
package io.fieldwatch.simulator.city;

import org.jspecify.annotations.NullMarked;
