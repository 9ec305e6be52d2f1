package intake

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// largestEdition bounds an edition file, in bytes.
const largestEdition = 1 << 20

// Edition takes in an edition file (TOML). The edition it returns is complete
// (race.Complete) and sound (race.Validate). Warnings name keys it does not know
// and doubts about the rules. The error is a fault.List; every fault names line
// and column.
func Edition(name string, r io.Reader) (*race.Edition, fault.List, error) {
	text, err := io.ReadAll(io.LimitReader(r, largestEdition+1))
	if err != nil {
		f := sheet.At("sheet.read_failed", name, 0, "", nil)
		f.Kind, f.Err = fault.Unavailable, err
		return nil, nil, f
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	if len(text) > largestEdition {
		return nil, nil, fault.List{sheet.At("edition.too_large", name, 1, "", fault.Args{"limit": largestEdition >> 10})}
	}
	doc := &document{name: name, text: text}
	if f := doc.illegible(); f != nil {
		return nil, nil, fault.List{f}
	}
	if err := toml.Unmarshal(text, &map[string]any{}); err != nil {
		return nil, nil, fault.List{doc.notTOML(err)}
	}
	doc.walk()
	if len(doc.faults) > 0 {
		return nil, doc.warnings, doc.faults
	}
	e := &race.Edition{}
	if err := toml.Unmarshal(doc.quoted(), e); err != nil {
		return nil, doc.warnings, fault.List{doc.notTOML(err)}
	}
	race.Complete(e)
	doubts, err := race.Validate(e)
	doc.warnings = append(doc.warnings, doc.locate(doubts)...)
	var wrong fault.List
	if errors.As(err, &wrong) {
		return nil, doc.warnings, doc.locate(wrong)
	}
	return e, doc.warnings, err
}

// illegible finds the first byte that is no UTF-8.
func (d *document) illegible() *fault.Error {
	if utf8.Valid(d.text) {
		return nil
	}
	for i, rest := 0, d.text; ; {
		c, n := utf8.DecodeRune(rest)
		if c == utf8.RuneError && n == 1 {
			p := d.position(i)
			return d.at("edition.encoding", p, fault.Args{"value": sheet.Show(d.lineText(p.line))})
		}
		i, rest = i+n, rest[n:]
	}
}

// notTOML is the fault of a document that breaks the rules of the format. It
// shows the line; the parser's own words are kept for the log.
func (d *document) notTOML(err error) *fault.Error {
	p := place{line: 1, column: 1}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		p.line, p.column = bad.Position()
	}
	p.line = min(max(p.line, 1), bytes.Count(d.text, []byte("\n"))+1)
	f := d.at("edition.not_toml", p, fault.Args{
		"value": sheet.Show(d.lineText(p.line)), "detail": sheet.Show(strings.TrimPrefix(err.Error(), "toml: "))})
	f.Err = err
	return f
}

func (d *document) lineText(line int) string {
	for i, l := range bytes.Split(d.text, []byte("\n")) {
		if i == line-1 {
			return string(bytes.ToValidUTF8(l, []byte("\uFFFD")))
		}
	}
	return ""
}

// locate puts file, line and column into faults that name a path of the edition.
func (d *document) locate(list fault.List) fault.List {
	out := make(fault.List, len(list))
	for i, f := range list {
		args := fault.Args{}
		for k, v := range f.Args {
			args[k] = v
		}
		if other, ok := args["other"].(string); ok {
			if p, known := d.places[other]; known {
				args["other"] = sheet.At("", d.name, p.line, "", nil).Args["where"]
			}
		}
		delete(args, "where")
		out[i] = d.at(f.Code, d.find(f.Field), args).On(f.Field)
	}
	return out
}

// find is the place of a path, or of the nearest thing around it that the file
// has.
func (d *document) find(path string) place {
	for path != "" {
		if p, ok := d.places[path]; ok {
			return p
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return place{line: 1, column: 1}
}

// at makes a fault that names file, line and column of the document.
func (d *document) at(code string, p place, args fault.Args) *fault.Error {
	f := sheet.At(code, d.name, p.line, "", args)
	f.Args["column"] = p.column
	f.Args["where"] = fault.New(fault.Invalid, "edition.in_key",
		fault.Args{"file": d.name, "line_raw": p.line, "column_raw": p.column})
	return f
}
