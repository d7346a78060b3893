@NullMarked
package io.fieldwatch.server;

import org.jspecify.annotations.NullMarked;
