package public

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/klauspost/compress/flate"
)

// part is one piece of a topic: the name of its event and its HTML.
type part struct {
	name string
	body []byte
}

// frame is one change of a topic, built and compressed once for all who watch.
// Its id is made of what the topic says, so that a viewer who comes back, even
// to another node or after a restart, is sent only what is news to them.
type frame struct {
	id    string
	plain []byte
	small []byte // a piece of a deflate stream, see shrink
}

// frameOf writes parts as server-sent events. The last one carries the id.
func frameOf(id string, parts []part) *frame {
	var b bytes.Buffer
	for i, p := range parts {
		if i == len(parts)-1 {
			b.WriteString("id: " + id + "\n")
		}
		b.WriteString("event: " + p.name + "\n")
		for _, line := range strings.Split(strings.TrimSpace(string(p.body)), "\n") {
			b.WriteString("data: ")
			b.WriteString(strings.TrimSuffix(line, "\r"))
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	return &frame{id: id, plain: b.Bytes(), small: shrink(b.Bytes())}
}

// idOf is the id of what a topic says.
func idOf(parts []part) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p.name))
		h.Write([]byte{0})
		h.Write(p.body)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// changed are the parts that differ from those before.
func changed(before, now []part) []part {
	was := make(map[string][]byte, len(before))
	for _, p := range before {
		was[p.name] = p.body
	}
	var out []part
	for _, p := range now {
		if old, ok := was[p.name]; !ok || !bytes.Equal(old, p.body) {
			out = append(out, p)
		}
	}
	return out
}

// gzipHead opens a gzip stream that never ends; shrunk pieces follow it.
var gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// shrink compresses a piece on its own, ending on a byte: such pieces can follow
// one another in any viewer's stream, because none refers to what came before.
func shrink(b []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err != nil {
		panic("public: " + err.Error()) // the level is a constant
	}
	_, _ = w.Write(b)
	_ = w.Flush()
	return out.Bytes()
}
