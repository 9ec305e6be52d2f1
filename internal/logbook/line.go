// Package logbook is the record of a race day: immutable lines, each with an
// author, an instant, an id (box, epoch, sequence) and a checksum chained to
// the same box's previous line. A logbook is a set of lines: what follows from
// it never depends on the order of arrival, on duplicates, or on how reads
// were batched. Merging two logbooks is set union. The package is pure.
package logbook

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"stadion/internal/race"
)

// ID names a line: the box that wrote it, the box's epoch (one more at each of
// its restarts) and the line's sequence number in that epoch, from 1.
type ID struct {
	Box   string `json:"box"`
	Epoch uint32 `json:"epoch"`
	Seq   uint64 `json:"seq"`
}

// String is "box/epoch/seq".
func (id ID) String() string { return fmt.Sprintf("%s/%d/%d", id.Box, id.Epoch, id.Seq) }

// Hash is a SHA-256 checksum. The zero Hash stands before a chain's first line.
type Hash [32]byte

// String is the checksum in lower-case hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Line is one statement of the record. Body is the JSON of the kind's body
// (see Kind). Hash covers every other field and Prev, so a line cannot be
// changed, dropped or moved without the chain showing it.
type Line struct {
	ID
	At     race.Instant // when it was written
	Author string       // who or what wrote it: an account, "box:km5"
	Kind   Kind
	Body   json.RawMessage
	Prev   Hash // of the same box and epoch's line before it
	Hash   Hash
}
