@NullMarked
package io.fieldwatch.simulator.ledger;

import org.jspecify.annotations.NullMarked;
