@NullMarked
package io.fieldwatch.journal;

import org.jspecify.annotations.NullMarked;
