package bus

import (
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/nats-io/nats.go"

	"stadion/internal/fault"
	"stadion/internal/logbook"
)

// Headers of a message. The line's id is the message id, by which the server
// drops what it got twice; the checksum stands in a header so that an index of
// a stream needs no bodies.
const (
	headerHash     = "Stadion-Hash"
	headerEncoding = "Stadion-Encoding"
	encodingZstd   = "zstd"
)

// compressFrom is the length from which a line is compressed: start lists are,
// polls of a box are not.
const compressFrom = 128 << 10

// pack makes the message of a line.
func pack(subject string, l logbook.Line, limit int64) (*nats.Msg, error) {
	m := &nats.Msg{Subject: subject, Data: logbook.AppendLine(nil, l), Header: nats.Header{}}
	m.Header.Set(nats.MsgIdHdr, l.ID.String())
	m.Header.Set(headerHash, l.Hash.String())
	if len(m.Data) >= compressFrom {
		m.Header.Set(headerEncoding, encodingZstd)
		m.Data = encoder().EncodeAll(m.Data, nil)
	}
	if limit > 0 && int64(m.Size()) > limit {
		return nil, fault.New(fault.Invalid, "logbook.too_long_line", fault.Args{"kind": string(l.Kind), "mib": int(limit >> 20)})
	}
	return m, nil
}

// unpack reads a message and checks the line. The fault names the line by the
// message id where the line itself cannot be read.
func unpack(h nats.Header, data []byte) (logbook.Line, error) {
	data, err := plain(h, data)
	if err != nil {
		return logbook.Line{}, fault.Wrap(fault.Invalid, "logbook.unreadable", err, fault.Args{
			"where": h.Get(nats.MsgIdHdr), "column": 1, "value": "…",
		})
	}
	l, err := logbook.DecodeLine(data)
	if err == nil {
		err = l.Check()
	}
	var e *fault.Error
	if errors.As(err, &e) {
		e.Args["where"] = h.Get(nats.MsgIdHdr)
		return l, e
	}
	return l, nil
}

func plain(h nats.Header, data []byte) ([]byte, error) {
	switch enc := h.Get(headerEncoding); enc {
	case "":
		return data, nil
	case encodingZstd:
		return decoder().DecodeAll(data, nil)
	default:
		return nil, fmt.Errorf("unknown encoding %q", enc)
	}
}

var encoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic("bus: " + err.Error()) // only for options that are no options
	}
	return e
})

var decoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(logbook.MaxLine))
	if err != nil {
		panic("bus: " + err.Error()) // only for options that are no options
	}
	return d
})

// parseHash reads the header written by pack.
func parseHash(s string) (h logbook.Hash, ok bool) {
	if len(s) != 2*len(h) {
		return h, false
	}
	_, err := hex.Decode(h[:], []byte(s))
	return h, err == nil
}
