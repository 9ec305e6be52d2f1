package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stadion/internal/web"
	"stadion/internal/web/webtest"
)

// listen opens a stream and gives its lines.
func listen(t *testing.T, server, topic, last string, gzipped bool) (<-chan string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server+"/e/rehearsal-2025/events?topic="+topic, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: !gzipped}}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1000)
	go func() {
		defer answer.Body.Close()
		for s := bufio.NewScanner(answer.Body); s.Scan(); {
			lines <- s.Text()
		}
		close(lines)
	}()
	return lines, answer.Header
}

// until reads lines up to one with a beginning.
func until(t *testing.T, lines <-chan string, beginning string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		select {
		case l, ok := <-lines:
			if !ok {
				t.Fatalf("the stream ended before %q", beginning)
			}
			if strings.HasPrefix(l, beginning) {
				return l
			}
		case <-ctx.Done():
			t.Fatalf("no line begins with %q", beginning)
		}
	}
}

func TestEvents_SendTheChangeAndResumeWithoutRepeating(t *testing.T) {
	for name, gzipped := range map[string]bool{"plain": false, "gzip": true} {
		t.Run(name, func(t *testing.T) { sendAndResume(t, gzipped) })
	}
}

func sendAndResume(t *testing.T, gzipped bool) {
	src := webtest.NewSource(midRace())
	cfg := webtest.Config(src)
	cfg.Now = time.Now // the stream's deadlines are the network's
	h, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.CloseClientConnections()
	lines, head := listen(t, server.URL, "race/marathon", "", gzipped)
	if got := head.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		t.Errorf("type %q", got)
	}
	until(t, lines, "retry: ")
	id := strings.TrimPrefix(until(t, lines, "id: "), "id: ")
	until(t, lines, "data: ")

	again, _ := listen(t, server.URL, "race/marathon", id, gzipped)
	until(t, again, "retry: ")
	src.Set(webtest.Snapshot(webtest.Field{Runners: 2000, Elapsed: 155 * time.Minute, Seq: 9}))
	if next := strings.TrimPrefix(until(t, again, "id: "), "id: "); next == id {
		t.Error("what the viewer has is sent again")
	}
	if l := until(t, again, "data: "); !strings.Contains(l, "11:35:00") {
		t.Errorf("the change is not in %q", l)
	}
}

func TestEvents_UnknownTopicIsNotFound(t *testing.T) {
	h := site(t, midRace())
	for _, topic := range []string{"", "nosuch", "race/nosuch", "runner/99999"} {
		if w := get(h, "/e/rehearsal-2025/events?topic="+topic); w.Code != 404 {
			t.Errorf("topic %q: %d", topic, w.Code)
		}
	}
}
