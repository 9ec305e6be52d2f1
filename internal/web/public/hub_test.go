package public

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stadion/internal/fault"
	"stadion/internal/live"
	"stadion/internal/race"
)

// fakeEditions is one edition, "e", whose only news is its sequence number.
type fakeEditions struct {
	mu   sync.Mutex
	seq  uint64
	wake chan struct{}
	open int
}

func (f *fakeEditions) List(context.Context) ([]Summary, error) { return nil, nil }

func (f *fakeEditions) Snapshot(_ context.Context, id string) (*live.Snapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id != "e" {
		return nil, fault.New(fault.NotFound, "web.no_such_edition", nil)
	}
	return &live.Snapshot{Seq: f.seq, Edition: &race.Edition{ID: "e"}}, nil
}

func (f *fakeEditions) Watch(string) (<-chan struct{}, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wake, f.open = make(chan struct{}, 1), f.open+1
	return f.wake, func() { f.mu.Lock(); f.open--; f.mu.Unlock() }
}

func (f *fakeEditions) change() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seq++
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func testHub() (*hub, *fakeEditions, *int) {
	f, built := &fakeEditions{}, new(int)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	var mu sync.Mutex
	return newHub(f, log, func(s *live.Snapshot, key topicKey) ([]part, error) {
		mu.Lock()
		defer mu.Unlock()
		*built++
		if key.name != "live" {
			return nil, fault.New(fault.NotFound, "web.no_such_topic", nil)
		}
		return []part{{"still", []byte("same")}, {"moving", fmt.Appendf(nil, "seq %d", s.Seq)}}, nil
	}), f, built
}

func join(t *testing.T, h *hub) (*viewer, *frame, func()) {
	t.Helper()
	v, first, leave, err := h.join(t.Context(), "e", topicKey{"live", "en"})
	if err != nil {
		t.Fatal(err)
	}
	return v, first, leave
}

func TestHub_BuildsOnceForAllAndSendsWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f, built := testHub()
		var viewers []*viewer
		for range 50 {
			v, first, leave := join(t, h)
			defer leave()
			if !strings.Contains(string(first.plain), "event: still\ndata: same\n\n") {
				t.Fatalf("first frame %q", first.plain)
			}
			viewers = append(viewers, v)
		}
		synctest.Wait()
		*built = 0
		f.change()
		time.Sleep(time.Second)
		synctest.Wait()
		if *built != 1 {
			t.Errorf("built %d times for one change", *built)
		}
		for _, v := range viewers {
			got := <-v.frames
			if s := string(got.plain); strings.Contains(s, "still") || !strings.Contains(s, "data: seq 1\n") {
				t.Fatalf("frame %q", s)
			}
		}
	})
}

func TestHub_SlowViewerIsDroppedAndOthersAreNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f, _ := testHub()
		slow, _, leaveSlow := join(t, h)
		quick, _, leaveQuick := join(t, h)
		for range backlog + 1 {
			f.change()
			time.Sleep(time.Second)
			synctest.Wait()
			<-quick.frames
		}
		for range backlog {
			<-slow.frames
		}
		if _, open := <-slow.frames; open {
			t.Error("the slow viewer is still open")
		}
		leaveSlow()
		leaveSlow()
		leaveQuick()
		synctest.Wait()
		if h.viewers != 0 || len(h.feeds) != 0 || f.open != 0 {
			t.Errorf("left behind: %d viewers, %d feeds, %d watches", h.viewers, len(h.feeds), f.open)
		}
	})
}

func TestHub_ManyChangesAreOneFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f, _ := testHub()
		v, _, leave := join(t, h)
		defer leave()
		synctest.Wait()
		for range 1000 {
			f.change()
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := len(v.frames); n > 2 {
			t.Errorf("%d frames for a burst", n)
		}
		var last *frame
		for len(v.frames) > 0 {
			last = <-v.frames
		}
		if last == nil || !strings.Contains(string(last.plain), "seq 1000") {
			t.Error("the last change did not arrive")
		}
	})
}

func TestHub_UnknownTopicAndEditionAreNotFound(t *testing.T) {
	h, f, _ := testHub()
	for _, where := range [][2]string{{"e", "nosuch"}, {"nosuch", "live"}} {
		_, _, _, err := h.join(t.Context(), where[0], topicKey{where[1], "en"})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("%v: %v", where, err)
		}
	}
	if len(h.feeds) != 0 || f.open != 0 {
		t.Error("a refused viewer left a feed behind")
	}
}

func TestFrame_ShrunkPiecesFollowOneAnotherInOneStream(t *testing.T) {
	a, b := frameOf("1", []part{{"x", []byte("one\ntwo")}}), frameOf("2", []part{{"x", []byte("three")}})
	stream := append(append(append(append([]byte{}, gzipHead...), a.small...), beat.small...), b.small...)
	r, err := gzip.NewReader(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if !errors.Is(err, io.ErrUnexpectedEOF) { // the stream never ends
		t.Errorf("err = %v", err)
	}
	if want := string(a.plain) + string(beat.plain) + string(b.plain); string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := "id: 1\nevent: x\ndata: one\ndata: two\n\n"; string(a.plain) != want {
		t.Errorf("frame %q, want %q", a.plain, want)
	}
}
