/** The devices of a city and what they say at any instant: pure functions of seed and time, without I/O. */
@NullMarked
package io.fieldwatch.simulator.city;

import org.jspecify.annotations.NullMarked;
