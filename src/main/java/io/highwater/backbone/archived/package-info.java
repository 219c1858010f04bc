/**
 * The log of one node whose entries are archived before anybody hears of them. What was
 * acknowledged or delivered survives the node; every start of the node begins a new generation, and
 * a client resumes across it.
 *
 * <p>Entry type: {@link io.highwater.backbone.archived.ArchivedBackbone}, thread-safe. It has no
 * thread of its own: entries are handed to the archive by the threads that append, and delivered by
 * the archive's.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.backbone.archived;
