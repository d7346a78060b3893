/**
 * The fault lab: real processes under real load, killed and started again, and the proof that nothing acknowledged was
 * lost or doubled by it. It looks at the database with SQL of its own, because what it examines must not be asked.
 */
@NullMarked
package io.fieldwatch.server.lab;

import org.jspecify.annotations.NullMarked;
