/** Tests against real databases; {@link io.fieldwatch.storage.TestDatabases} is for other modules' tests as well. */
@NullMarked
package io.fieldwatch.storage;

import org.jspecify.annotations.NullMarked;
