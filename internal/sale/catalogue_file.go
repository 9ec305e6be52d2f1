package sale

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"stadion/internal/fault"
)

// largestCatalogue bounds a catalogue file, in bytes.
const largestCatalogue = 1 << 20

// ParseCatalogue takes in a catalogue file (TOML). The catalogue it returns is
// filled (Fill) and sound (Check). Warnings name keys that nobody knows. The
// error is a fault.List of Invalid sale.file_*; every fault names the file, the
// line and the column, and all mistakes are found at once where the file can be
// read at all.
func ParseCatalogue(name string, text []byte) (*Catalogue, fault.List, error) {
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	f := &catalogueFile{name: name, text: text}
	switch {
	case len(text) > largestCatalogue:
		return nil, nil, fault.List{f.at("too_large", 1, 1, fault.Args{"max": largestCatalogue >> 10})}
	case !utf8.Valid(text):
		line, column := f.position(validUntil(text))
		return nil, nil, fault.List{f.at("encoding", line, column, nil)}
	}
	c := &Catalogue{}
	if err := toml.Unmarshal(text, c); err != nil {
		return nil, nil, fault.List{f.notTOML(err)}
	}
	warnings := f.unknown()
	Fill(c)
	var wrong fault.List
	if errors.As(Check(c), &wrong) {
		f.walk()
		return nil, warnings, f.locate(wrong)
	}
	return c, warnings, nil
}

// WriteCatalogue is a catalogue as ParseCatalogue reads it. What the file does
// not hold (edition, version, commitments) is left out.
func WriteCatalogue(c *Catalogue) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# The sale of %s, price list %d.\n", c.Edition, c.Version)
	e := toml.NewEncoder(&b)
	e.SetIndentTables(false)
	if err := e.Encode(filledCopy(c)); err != nil {
		return nil, fault.Wrap(fault.Internal, "sale.file_not_toml", err, nil)
	}
	return b.Bytes(), nil
}

// filledCopy is the catalogue with its amounts as decimals, the original as it
// was.
func filledCopy(c *Catalogue) *Catalogue {
	n := *c
	n.Products = append([]Product(nil), c.Products...)
	for i := range n.Products {
		n.Products[i].Prices = append([]Price(nil), n.Products[i].Prices...)
	}
	n.Vouchers = append([]Voucher(nil), c.Vouchers...)
	Fill(&n)
	return &n
}

func validUntil(text []byte) int {
	i := 0
	for i < len(text) {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return i
}

// catalogueFile knows where in a file everything stands.
type catalogueFile struct {
	name   string
	text   []byte
	places map[string]int // offsets by path: "product[2].price[0].amount"
	tables map[string]int // how many [[tables]] of a path there were
	parser unstable.Parser
}

// position counts lines and columns (in letters) from 1.
func (f *catalogueFile) position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(f.text))
	before := f.text[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

func (f *catalogueFile) at(code string, line, column int, args fault.Args) *fault.Error {
	all := fault.Args{}
	for k, v := range args {
		all[k] = v
	}
	all["file"], all["line"], all["column"] = f.name, line, column
	all["where"] = fault.New(fault.Invalid, "sale.in_file", fault.Args{"file": f.name, "line_raw": line, "column_raw": column})
	return fault.New(fault.Invalid, "sale.file_"+code, all)
}

func (f *catalogueFile) notTOML(err error) *fault.Error {
	line, column := 1, 1
	var bad *toml.DecodeError
	detail := err.Error()
	if errors.As(err, &bad) {
		line, column = bad.Position()
		if key := strings.Join(bad.Key(), "."); key != "" {
			detail += " (" + key + ")"
		}
	}
	return f.at("not_toml", line, column, fault.Args{"detail": short(strings.TrimPrefix(detail, "toml: "))})
}

// unknown are the keys that a catalogue does not have.
func (f *catalogueFile) unknown() fault.List {
	d := toml.NewDecoder(bytes.NewReader(f.text))
	d.DisallowUnknownFields()
	var missing *toml.StrictMissingError
	if !errors.As(d.Decode(&Catalogue{}), &missing) {
		return nil
	}
	var out fault.List
	for i := range missing.Errors {
		line, column := missing.Errors[i].Position()
		out = append(out, f.at("unknown_key", line, column, fault.Args{"key": short(strings.Join(missing.Errors[i].Key(), "."))}))
	}
	return out
}

// locate puts file, line and column into faults that name a path of the
// catalogue, in the order of the file.
func (f *catalogueFile) locate(list fault.List) fault.List {
	out := make(fault.List, len(list))
	for i, e := range list {
		line, column := f.position(f.find(e.Field))
		out[i] = f.at(strings.TrimPrefix(e.Code, "sale.file_"), line, column, e.Args).On(e.Field)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Args["line"].(int) < out[j].Args["line"].(int) })
	return out
}

// find is the place of a path, or of the nearest thing around it that is there.
func (f *catalogueFile) find(path string) int {
	for path != "" {
		if at, ok := f.places[path]; ok {
			return at
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// walk notes where each key stands. The file is sound TOML.
func (f *catalogueFile) walk() {
	f.places, f.tables = map[string]int{}, map[string]int{}
	at := ""
	f.parser.Reset(f.text)
	for f.parser.NextExpression() {
		switch e := f.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			at = f.table(e)
		case unstable.KeyValue:
			f.pair(at, e)
		}
	}
}

// table is the path of a header. A path of [[tables]] stands for the latest of
// them; the header of another one begins it.
func (f *catalogueFile) table(e *unstable.Node) string {
	path := ""
	for keys := e.Key(); keys.Next(); {
		path = join(path, string(keys.Node().Data))
		if n := f.tables[path]; keys.IsLast() && e.Kind == unstable.ArrayTable {
			f.tables[path] = n + 1
			if n == 0 {
				f.places[path] = int(keys.Node().Raw.Offset)
			}
			path = fmt.Sprintf("%s[%d]", path, n)
		} else if n > 0 {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
		if _, known := f.places[path]; !known {
			f.places[path] = int(keys.Node().Raw.Offset)
		}
	}
	return path
}

func (f *catalogueFile) pair(at string, e *unstable.Node) {
	offset := 0
	for keys := e.Key(); keys.Next(); {
		at = join(at, string(keys.Node().Data))
		offset = int(keys.Node().Raw.Offset)
		f.places[at] = offset
	}
	f.value(at, offset, e.Value())
}

func (f *catalogueFile) value(at string, offset int, n *unstable.Node) {
	i := 0
	for it := n.Children(); it.Next(); {
		child := it.Node()
		switch {
		case n.Kind == unstable.InlineTable && child.Kind == unstable.KeyValue:
			f.pair(at, child)
		case n.Kind == unstable.Array && child.Kind != unstable.Comment:
			el := fmt.Sprintf("%s[%d]", at, i)
			i++
			if child.Raw.Length > 0 {
				offset = int(child.Raw.Offset)
			}
			f.places[el] = offset
			f.value(el, offset, child)
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
