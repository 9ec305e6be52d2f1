package public

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/live"
)

// The hub's patience.
const (
	pause      = 500 * time.Millisecond // least time between two frames of an edition
	backlog    = 4                      // frames a viewer may be behind before it is dropped
	mostViewer = 20_000                 // viewers of this process, more are told to come later
)

// topicKey is what a viewer watches: a topic of an edition in a language.
type topicKey struct {
	name string
	tag  lang.Tag
}

// build says what a topic shows of a snapshot. NotFound if there is no such
// topic in it.
type build func(snap *live.Snapshot, key topicKey) ([]part, error)

// hub tells viewers what changed. For each edition that anybody watches it runs
// one goroutine, which builds each watched topic once a change, whoever watches.
type hub struct {
	editions Editions
	build    build
	log      *slog.Logger

	mu      sync.Mutex
	feeds   map[string]*feed
	viewers int
}

// feed is the hub's part for one edition.
type feed struct {
	edition string
	topics  map[topicKey]*topic
	stop    context.CancelFunc
}

// topic is what is shown now, and to whom.
type topic struct {
	parts   []part
	whole   *frame
	viewers map[*viewer]bool
}

// viewer is one open stream. frames is closed when the viewer was too slow.
type viewer struct {
	frames chan *frame
}

func newHub(editions Editions, log *slog.Logger, b build) *hub {
	return &hub{editions: editions, build: b, log: log, feeds: map[string]*feed{}}
}

// join adds a viewer and gives the frame with everything the topic shows now.
// leave must be called; it may be called more than once.
func (h *hub) join(ctx context.Context, edition string, key topicKey) (v *viewer, first *frame, leave func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	// With the lock: a refresh that does not see this topic yet has read an
	// earlier snapshot than this one, so no change falls between the two.
	snap, err := h.editions.Snapshot(ctx, edition)
	if err != nil {
		return nil, nil, nil, err
	}
	if h.viewers >= mostViewer {
		return nil, nil, nil, fault.New(fault.Unavailable, "web.too_many_viewers", nil)
	}
	f := h.feeds[edition]
	var t *topic
	if f != nil {
		t = f.topics[key]
	}
	if t == nil {
		parts, err := h.build(snap, key)
		if err != nil {
			return nil, nil, nil, err
		}
		t = &topic{parts: parts, whole: frameOf(idOf(parts), parts), viewers: map[*viewer]bool{}}
	}
	if f == nil {
		f = h.start(edition)
	}
	f.topics[key] = t
	v = &viewer{frames: make(chan *frame, backlog)}
	t.viewers[v] = true
	h.viewers++
	return v, t.whole, func() { h.leave(f, key, t, v) }, nil
}

func (h *hub) leave(f *feed, key topicKey, t *topic, v *viewer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remove(f, key, t, v)
}

// remove takes a viewer out, and with the last one the topic and the feed.
func (h *hub) remove(f *feed, key topicKey, t *topic, v *viewer) {
	if !t.viewers[v] {
		return
	}
	delete(t.viewers, v)
	h.viewers--
	if len(t.viewers) > 0 {
		return
	}
	delete(f.topics, key)
	if len(f.topics) == 0 && h.feeds[f.edition] == f {
		delete(h.feeds, f.edition)
		f.stop()
	}
}

// start watches an edition until nobody does any more.
func (h *hub) start(edition string) *feed {
	ctx, cancel := context.WithCancel(context.Background())
	f := &feed{edition: edition, topics: map[topicKey]*topic{}, stop: cancel}
	h.feeds[edition] = f
	wake, stop := h.editions.Watch(edition)
	go func() {
		defer stop()
		h.run(ctx, f, wake)
	}()
	return f
}

func (h *hub) run(ctx context.Context, f *feed, wake <-chan struct{}) {
	rest := time.NewTimer(0) // what changed between Snapshot and Watch
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-rest.C:
		}
		h.refresh(ctx, f)
		rest.Reset(pause)
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
	}
}

// refresh builds what is watched and sends what changed. Topics are built
// without the lock, so that viewers come and go meanwhile.
func (h *hub) refresh(ctx context.Context, f *feed) {
	snap, err := h.editions.Snapshot(ctx, f.edition)
	if err != nil {
		h.log.Warn("no snapshot for the viewers of an edition", "edition", f.edition, "err", err)
		return
	}
	h.mu.Lock()
	keys := make([]topicKey, 0, len(f.topics))
	for k := range f.topics {
		keys = append(keys, k)
	}
	h.mu.Unlock()
	for _, k := range keys {
		parts, err := h.build(snap, k)
		if err != nil {
			h.log.Warn("a topic could not be built", "edition", f.edition, "err", err)
			continue
		}
		h.publish(f, k, parts)
	}
}

func (h *hub) publish(f *feed, key topicKey, parts []part) {
	h.mu.Lock()
	t := f.topics[key]
	h.mu.Unlock()
	if t == nil {
		return
	}
	news := changed(t.parts, parts) // only this goroutine changes parts
	if len(news) == 0 {
		return
	}
	id := idOf(parts)
	whole, diff := frameOf(id, parts), frameOf(id, news)
	h.mu.Lock()
	defer h.mu.Unlock()
	t.parts, t.whole = parts, whole
	for v := range t.viewers {
		select {
		case v.frames <- diff:
		default: // too slow: dropped, and resumes with the id it had last
			h.remove(f, key, t, v)
			close(v.frames)
		}
	}
}
