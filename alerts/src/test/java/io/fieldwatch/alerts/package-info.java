@NullMarked
package io.fieldwatch.alerts;

import org.jspecify.annotations.NullMarked;
