package intake

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// document is a TOML file on its way to an edition: where each key stands, and
// what is wrong with keys and types.
type document struct {
	name     string
	text     []byte
	starts   []int            // offsets of the lines, made when first needed
	places   map[string]place // by path, "race[0].course[2].at_m"
	faults   fault.List
	warnings fault.List
	bare     []unstable.Range // instants as TOML writes them, without quotes

	parser unstable.Parser
	tables map[string]int // how many [[tables]] of a path there were
}

type place struct{ line, column int }

// position counts lines and columns (in letters) from 1.
func (d *document) position(offset int) place {
	if d.starts == nil {
		d.starts = []int{0}
		for i, c := range d.text {
			if c == '\n' {
				d.starts = append(d.starts, i+1)
			}
		}
	}
	offset = min(max(offset, 0), len(d.text))
	line := sort.SearchInts(d.starts, offset+1) // the last line that starts at or before offset
	start := d.starts[line-1]
	return place{line, utf8.RuneCount(d.text[start:offset]) + 1}
}

// spot is where the walk stands: the path so far and the Go type there, nil
// where the edition has no such key.
type spot struct {
	path string
	typ  reflect.Type
}

// walk goes through the document once. It expects syntactically sound TOML.
func (d *document) walk() {
	d.places = map[string]place{}
	d.tables = map[string]int{}
	root := spot{"", reflect.TypeFor[race.Edition]()}
	at := root
	d.parser.Reset(d.text)
	for d.parser.NextExpression() {
		e := d.parser.Expression()
		switch e.Kind {
		case unstable.Table:
			at = d.descend(root, e.Key(), false)
		case unstable.ArrayTable:
			at = d.descend(root, e.Key(), true)
		case unstable.KeyValue:
			d.pair(at, e)
		}
	}
}

// descend follows the keys of a table header. A path of [[tables]] stands for
// the latest of them; the header of another one begins it.
func (d *document) descend(at spot, keys unstable.Iterator, array bool) spot {
	for keys.Next() {
		at = d.key(at, keys.Node())
		if at.typ == nil {
			return at
		}
		if keys.IsLast() && array {
			n := d.tables[at.path]
			d.tables[at.path]++
			d.want(at, reflect.Slice, keys.Node())
			at = element(at, n)
			d.places[at.path] = d.position(int(keys.Node().Raw.Offset))
		} else if n := d.tables[at.path]; n > 0 {
			at = element(at, n-1)
		}
	}
	if at.typ != nil && !array && at.typ.Kind() != reflect.Struct {
		d.faults = append(d.faults, d.at("edition.bad_type", d.find(at.path), fault.Args{"key": at.path, "value": "[" + at.path + "]", "want": "[[" + at.path + "]]"}))
		at.typ = nil
	}
	return at
}

func (d *document) want(at spot, kind reflect.Kind, n *unstable.Node) {
	if at.typ.Kind() != kind {
		d.faults = append(d.faults, d.at("edition.bad_type", d.find(at.path), fault.Args{
			"key": at.path, "value": "[[" + string(n.Data) + "]]", "want": sample(at.typ)}))
	}
}

func element(at spot, n int) spot {
	at.path = fmt.Sprintf("%s[%d]", at.path, n)
	if at.typ.Kind() == reflect.Slice {
		at.typ = at.typ.Elem()
	} else {
		at.typ = nil
	}
	return at
}

// key goes one key further and remembers where it stands. An unknown key is a
// warning, and nothing below it is looked at.
func (d *document) key(at spot, n *unstable.Node) spot {
	name := string(n.Data)
	p := d.position(int(n.Raw.Offset))
	if at.typ == nil || at.typ.Kind() != reflect.Struct {
		return spot{join(at.path, name), nil}
	}
	known := make([]string, 0, at.typ.NumField())
	for i := range at.typ.NumField() {
		f := at.typ.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if tag == "" || tag == "-" {
			continue
		}
		if strings.EqualFold(tag, name) {
			next := spot{join(at.path, tag), f.Type}
			d.places[next.path] = p
			return next
		}
		known = append(known, tag)
	}
	code, args := "edition.unknown_key", fault.Args{"key": sheet.Show(name), "known": strings.Join(known, ", ")}
	if near := sheet.Nearest(name, known); near != "" {
		code, args["near"] = "edition.unknown_key_near", near
	}
	d.warnings = append(d.warnings, d.at(code, p, args).On(join(at.path, name)))
	return spot{join(at.path, name), nil}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (d *document) pair(at spot, e *unstable.Node) {
	keys := e.Key()
	for keys.Next() {
		if at = d.key(at, keys.Node()); at.typ == nil {
			return
		}
	}
	d.value(at, e.Value())
}

// value checks a value against the type the edition has there.
func (d *document) value(at spot, n *unstable.Node) {
	switch at.typ {
	case reflect.TypeFor[race.Instant]():
		d.instant(at, n)
		return
	case reflect.TypeFor[race.Duration]():
		if n.Kind != unstable.String {
			d.badType(at, n)
		} else if v := string(n.Data); v != "" {
			if _, err := time.ParseDuration(v); err != nil {
				d.bad("edition.bad_duration", at, n)
			}
		}
		return
	}
	ok := false
	switch at.typ.Kind() {
	case reflect.String:
		ok = n.Kind == unstable.String
	case reflect.Bool:
		ok = n.Kind == unstable.Bool
	case reflect.Int, reflect.Int64:
		ok = n.Kind == unstable.Integer
	case reflect.Float64:
		ok = n.Kind == unstable.Float || n.Kind == unstable.Integer
	case reflect.Slice:
		if ok = n.Kind == unstable.Array; ok {
			d.array(at, n)
		}
	case reflect.Struct:
		if ok = n.Kind == unstable.InlineTable; ok {
			for it := n.Children(); it.Next(); {
				d.pair(at, it.Node())
			}
		}
	}
	if !ok {
		d.badType(at, n)
	}
}

func (d *document) array(at spot, n *unstable.Node) {
	i := 0
	for it := n.Children(); it.Next(); i++ {
		child := it.Node()
		if child.Kind == unstable.Comment {
			i--
			continue
		}
		el := element(at, i)
		d.places[el.path] = d.start(child, at.path)
		d.value(el, child)
	}
}

// start is where a value begins: the inner of an inline table stands at its
// first key, and a value the parser gives no place stands at its key.
func (d *document) start(n *unstable.Node, path string) place {
	if n.Raw.Length > 0 {
		return d.position(int(n.Raw.Offset))
	}
	for it := n.Children(); it.Next(); {
		keys := it.Node().Key()
		if it.Node().Kind == unstable.KeyValue && keys.Next() {
			return d.position(int(keys.Node().Raw.Offset))
		}
	}
	return d.find(path)
}

// instant accepts an instant as text or as TOML writes it, both with an offset.
func (d *document) instant(at spot, n *unstable.Node) {
	switch n.Kind {
	case unstable.DateTime:
		d.bare = append(d.bare, d.parser.Range(n.Data))
		return
	case unstable.String:
		if len(n.Data) == 0 {
			return
		}
		if _, err := time.Parse(time.RFC3339Nano, string(n.Data)); err == nil {
			return
		}
	case unstable.LocalDateTime, unstable.LocalDate, unstable.LocalTime:
	default:
		d.badType(at, n)
		return
	}
	value := string(n.Data)
	f := d.at("edition."+lacking(value), d.find(at.path), fault.Args{"key": at.path, "value": sheet.Show(value)})
	d.faults = append(d.faults, f.On(at.path))
}

// quoted is the document with the instants that TOML writes without quotes put
// into quotes, the form in which race reads them.
func (d *document) quoted() []byte {
	var out []byte
	from := 0
	for _, r := range d.bare {
		at, end := int(r.Offset), int(r.Offset+r.Length)
		out = append(out, d.text[from:at]...)
		out = append(out, '"')
		out = append(out, strings.ReplaceAll(strings.ToUpper(string(d.text[at:end])), " ", "T")...)
		out = append(out, '"')
		from = end
	}
	return append(out, d.text[from:]...)
}

func (d *document) bad(code string, at spot, n *unstable.Node) {
	f := d.at(code, d.find(at.path), fault.Args{"key": at.path, "value": d.shown(n), "want": sample(at.typ)})
	d.faults = append(d.faults, f.On(at.path))
}

func (d *document) badType(at spot, n *unstable.Node) { d.bad("edition.bad_type", at, n) }

func (d *document) shown(n *unstable.Node) string {
	switch n.Kind {
	case unstable.Array:
		return "[…]"
	case unstable.InlineTable:
		return "{…}"
	case unstable.String:
		if b, err := json.Marshal(string(n.Data)); err == nil {
			return sheet.Show(string(b))
		}
	}
	return sheet.Show(string(n.Data))
}

// sample is how a value of a type is written in TOML.
func sample(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[race.Instant]():
		return `"2025-04-06T09:00:00+09:00"`
	case reflect.TypeFor[race.Duration]():
		return `"4h30m"`
	}
	switch t.Kind() {
	case reflect.String:
		return `"…"`
	case reflect.Bool:
		return "true, false"
	case reflect.Int, reflect.Int64:
		return "42"
	case reflect.Float64:
		return "42195"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return "[ { … }, … ]"
		}
		return `[ "…", … ]`
	}
	return "{ … }"
}
