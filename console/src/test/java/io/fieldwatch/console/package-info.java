@NullMarked
package io.fieldwatch.console;

import org.jspecify.annotations.NullMarked;
