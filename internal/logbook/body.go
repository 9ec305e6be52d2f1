package logbook

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// Known reports whether this version understands lines of the kind. Lines of
// other kinds are kept and passed on word by word; they state nothing here.
func (k Kind) Known() bool {
	switch k {
	case KindEdition, KindStartList, KindGun, KindReads, KindClock, KindRuling, KindCourse, KindProtest, KindClose, KindPublish, KindNote:
		return true
	}
	return false
}

// EncodeBody writes the body of a line: the type that stands beside the kind,
// or a pointer to it, or a json.RawMessage for any kind, which is checked and
// compacted. The result is one line of valid JSON. Faults: logbook.body_type
// for another type, logbook.text for text that is not UTF-8.
func EncodeBody(kind Kind, body any) (json.RawMessage, error) {
	if raw, ok := body.(json.RawMessage); ok {
		return compact(kind, raw)
	}
	v, ok := bodyOf(kind, body)
	if !ok {
		return nil, bad("body_type", fault.Args{"kind": string(kind)}).On("body")
	}
	if reads, ok := v.([]Read); ok {
		return encodeReads(reads)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fault.Wrap(fault.Invalid, "logbook.body_type", err, fault.Args{"kind": string(kind)}).On("body")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func compact(kind Kind, raw json.RawMessage) (json.RawMessage, error) {
	if !utf8.Valid(raw) {
		return nil, textFault("body")
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return nil, fault.Wrap(fault.Invalid, "logbook.body_type", err, fault.Args{"kind": string(kind)}).On("body")
	}
	return b.Bytes(), nil
}

// bodyOf is the value of the kind's own type, whether v is it or points to it.
func bodyOf(kind Kind, v any) (any, bool) {
	switch kind {
	case KindEdition:
		return value[race.Edition](v)
	case KindStartList:
		return value[StartList](v)
	case KindGun:
		return value[Gun](v)
	case KindReads:
		return value[[]Read](v)
	case KindClock:
		return value[Clock](v)
	case KindRuling:
		return value[Ruling](v)
	case KindCourse:
		return value[Course](v)
	case KindProtest:
		return value[Protest](v)
	case KindClose:
		return value[Close](v)
	case KindPublish:
		return value[Publication](v)
	case KindNote:
		return value[Note](v)
	}
	return nil, false
}

func value[T any](v any) (any, bool) {
	switch v := v.(type) {
	case T:
		return v, true
	case *T:
		if v != nil {
			return *v, true
		}
	}
	return nil, false
}

// DecodeBody reads the body of a line and gives the kind's own type (by value);
// the json.RawMessage itself for a kind that is not Known. Fault: logbook.body.
func DecodeBody(kind Kind, raw json.RawMessage) (any, error) {
	switch kind {
	case KindEdition:
		return decode[race.Edition](kind, raw)
	case KindStartList:
		return decode[StartList](kind, raw)
	case KindGun:
		return decode[Gun](kind, raw)
	case KindReads:
		var d ReadsDecoder
		reads, err := d.Append(nil, raw)
		if err != nil {
			return nil, err
		}
		return reads, nil
	case KindClock:
		return decode[Clock](kind, raw)
	case KindRuling:
		return decode[Ruling](kind, raw)
	case KindCourse:
		return decode[Course](kind, raw)
	case KindProtest:
		return decode[Protest](kind, raw)
	case KindClose:
		return decode[Close](kind, raw)
	case KindPublish:
		return decode[Publication](kind, raw)
	case KindNote:
		return decode[Note](kind, raw)
	}
	return raw, nil
}

func decode[T any](kind Kind, raw json.RawMessage) (any, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		e := bodyFault(kind, raw, 0)
		e.Err = err
		return nil, e
	}
	return v, nil
}

func bodyFault(kind Kind, raw []byte, at int) *fault.Error {
	return bad("body", fault.Args{"where": "", "kind": string(kind), "column": at + 1, "value": excerpt(raw, at)})
}
