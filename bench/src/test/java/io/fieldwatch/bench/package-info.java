@NullMarked
package io.fieldwatch.bench;

import org.jspecify.annotations.NullMarked;
