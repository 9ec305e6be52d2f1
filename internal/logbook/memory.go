package logbook

import (
	"context"
	"sync"
)

// Memory is a Log that is gone with the process: for tests, for scoring files
// without a data folder, and as the fake of the log on disk. It is safe for
// concurrent use.
type Memory struct {
	mu      sync.Mutex
	chain   Chain
	lines   []Line
	known   map[ID]Hash
	changed chan struct{} // closed and replaced at every new line
}

// NewMemory is a log of a box that holds lines already. The box's epoch is one
// more than the last it has a line in.
func NewMemory(box string, lines ...Line) *Memory {
	m := &Memory{
		chain:   Chain{Box: box, Epoch: LastEpoch(lines, box) + 1},
		known:   map[ID]Hash{},
		changed: make(chan struct{}),
	}
	for _, l := range lines {
		m.keep(l)
	}
	return m
}

func (m *Memory) keep(l Line) {
	m.lines = append(m.lines, l)
	m.known[l.ID] = l.Hash
	close(m.changed)
	m.changed = make(chan struct{})
}

// Append implements Log.
func (m *Memory) Append(ctx context.Context, d Draft) (Line, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Line{}, err
	}
	l, err := m.chain.Next(d)
	if err != nil {
		return Line{}, err
	}
	m.chain.Advance(l)
	m.keep(l)
	return l, nil
}

// Merge implements Log.
func (m *Memory) Merge(ctx context.Context, lines []Line) (added int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range lines {
		if err := ctx.Err(); err != nil {
			return added, err
		}
		if err := l.Check(); err != nil {
			return added, err
		}
		switch hash, known := m.known[l.ID]; {
		case known && hash != l.Hash:
			return added, ForkFault(l.ID)
		case known:
			continue
		}
		m.keep(l.clone())
		added++
		if l.Box == m.chain.Box && l.Epoch >= m.chain.Epoch {
			m.chain = Chain{Box: l.Box, Epoch: l.Epoch + 1}
		}
	}
	return added, nil
}

// Follow implements Log.
func (m *Memory) Follow(ctx context.Context, f func(Line) error, caughtUp func()) error {
	lines, _ := m.from(0)
	kept, next := len(lines), 0
	if kept == 0 {
		caughtUp()
	}
	for {
		for _, l := range lines {
			if ctx.Err() != nil {
				return nil
			}
			if err := f(l); err != nil {
				return err
			}
			if next++; next == kept {
				caughtUp()
			}
		}
		var changed chan struct{}
		if lines, changed = m.from(next); len(lines) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
	}
}

// Lines are all lines in the order they came.
func (m *Memory) Lines() []Line {
	lines, _ := m.from(0)
	return lines
}

func (m *Memory) from(i int) ([]Line, chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lines[i:len(m.lines):len(m.lines)], m.changed
}

var _ Log = (*Memory)(nil)
