package logbook

import (
	"context"

	"stadion/internal/race"
)

// Draft is what an author wants to state; the log gives it its id, its place in
// the chain and its checksum.
type Draft struct {
	Author string
	At     race.Instant
	Kind   Kind
	Body   any // the kind's body, see Kind; marshalled by EncodeBody
}

// Log keeps the lines of one edition. Implementations: Memory here, the
// embedded JetStream in package bus; both pass the same contract test.
type Log interface {
	// Append makes a line of the draft under the log's own box and epoch and
	// returns after it is durable (flushed to disk where there is one).
	Append(ctx context.Context, d Draft) (Line, error)
	// Merge adds lines that other boxes wrote: set union by id. It returns how
	// many were new. A line with a known id and another checksum is refused
	// with fault logbook.fork; lines before it stay added.
	Merge(ctx context.Context, lines []Line) (added int, err error)
	// Follow calls f for every line, those kept first in the order the log has
	// them, then new ones as they come. caughtUp is called once, after the last
	// line that was kept when Follow began. It returns when ctx is done (nil)
	// or f fails.
	Follow(ctx context.Context, f func(Line) error, caughtUp func()) error
}
