package bus

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// witness remembers outside the store how far each stream had come: its last
// place and the last epoch of each box. A damaged store has been seen to start
// again without a word about what it dropped; the witness says so, and keeps a
// box from using an epoch twice. It is written after each line without a flush
// of its own, so it may lag behind the store after a power cut but never leads
// it. It is safe for concurrent use.
type witness struct {
	dir string // "" = none: the server is somebody else's

	mu   sync.Mutex
	seen map[string]*sighting // by stream
}

type sighting struct {
	Last  uint64            `json:"last"`
	Epoch map[string]uint32 `json:"epoch"`

	path   string
	file   *os.File
	length int // of what the file holds
}

// of gives what is remembered of a stream. The caller holds the lock.
func (w *witness) of(stream string) (*sighting, error) {
	if s := w.seen[stream]; s != nil {
		return s, nil
	}
	s := &sighting{path: filepath.Join(w.dir, stream+".json"), Epoch: map[string]uint32{}}
	b, err := os.ReadFile(s.path)
	if s.length = len(b); err == nil {
		err = json.Unmarshal(b, s)
	}
	if s.Epoch == nil {
		s.Epoch = map[string]uint32{}
	}
	if w.seen == nil {
		w.seen = map[string]*sighting{}
	}
	w.seen[stream] = s
	if os.IsNotExist(err) {
		return s, nil
	}
	return s, err
}

// last is the last place a stream is known to have had.
func (w *witness) last(stream string) (uint64, error) {
	if w.dir == "" {
		return 0, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.of(stream)
	return s.Last, err
}

// epoch is the last epoch a box is known to have had.
func (w *witness) epoch(stream, box string) (uint32, error) {
	if w.dir == "" {
		return 0, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.of(stream)
	return s.Epoch[box], err
}

// note remembers a line that was kept at a place.
func (w *witness) note(stream, box string, epoch uint32, place uint64) error {
	if w.dir == "" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.of(stream)
	if err != nil {
		return err
	}
	s.Last = max(s.Last, place)
	s.Epoch[box] = max(s.Epoch[box], epoch)
	return s.write()
}

// write puts the sighting over the one before, in one piece that fits a page
// of the disk. Spaces cover what is left of a longer one.
func (s *sighting) write() error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if s.file == nil {
		if s.file, err = os.OpenFile(s.path, os.O_WRONLY|os.O_CREATE, 0o644); err != nil {
			return err
		}
	}
	n := len(b)
	for len(b) < s.length {
		b = append(b, ' ')
	}
	s.length = n
	_, err = s.file.WriteAt(b, 0)
	return err
}

// close ends the writing.
func (w *witness) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var errs []error
	for _, s := range w.seen {
		if s.file != nil {
			errs = append(errs, s.file.Close())
			s.file = nil
		}
	}
	return errors.Join(errs...)
}
