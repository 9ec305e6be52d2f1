package static

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"stadion/internal/lang"
	"stadion/internal/results"
)

// window is how many rows a page of a list has.
const window = 500

// book is everything pages are made of, worked out once.
type book struct {
	*Site
	assets *assetSet
	lists  []*list
	pages  map[lang.Tag]*pages
}

// list is one race's list with the addresses of its pages.
type list struct {
	board
	names []string // of the rows' files, by row
}

func newBook(s *Site) (*book, error) {
	b := &book{Site: s, pages: map[lang.Tag]*pages{}}
	var err error
	if b.assets, err = newAssetSet(); err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for i := range s.Lists {
		l := &list{board: boardOf(s.Edition, s.Lists[i])}
		for k := range l.Rows {
			name := fileName(s.Edition.Bib.Key(l.Rows[k].Bib))
			for taken[name] { // two races gave one bib out
				name += "_"
			}
			taken[name] = true
			l.names = append(l.names, name)
		}
		b.lists = append(b.lists, l)
	}
	for _, tag := range s.Langs {
		if b.pages[tag], err = newPages(b, tag); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// windows is how many pages a list has, at least one.
func (l *list) windows() int { return max(1, (len(l.Rows)+window-1)/window) }

// path is page n of a list, from 1, below the folder of a language.
func (l *list) path(n int) string {
	if n == 1 {
		return "results/" + l.Race.ID + "/index.html"
	}
	return "results/" + l.Race.ID + "/" + strconv.Itoa(n) + ".html"
}

// jobs are all files: what is few and large first.
func (b *book) jobs(to Folder) []job {
	var out []job
	put := func(name string, make func(name string) ([]byte, error)) {
		out = append(out, func() error {
			body, err := make(name)
			if err != nil {
				return err
			}
			return to.Write(name, body)
		})
	}
	for _, d := range b.Downloads {
		out = append(out, func() error { return to.Stream("download/"+d.Name, d.Write) })
	}
	for _, name := range slices.Sorted(maps.Keys(b.assets.body)) {
		put(name, func(string) ([]byte, error) { return b.assets.body[name], nil })
	}
	put(Marker, func(string) ([]byte, error) { return b.marker() })
	for _, l := range b.lists {
		put(l.data(), func(string) ([]byte, error) { return l.search() })
	}
	put("index.html", b.pages[b.Langs[0]].edition)
	for _, tag := range b.Langs {
		p, dir := b.pages[tag], string(tag)+"/"
		put(dir+"index.html", p.edition)
		for _, l := range b.lists {
			for n := range l.windows() {
				put(dir+l.path(n+1), func(name string) ([]byte, error) { return p.list(name, l, n+1) })
			}
			for i := range l.Rows {
				put(dir+runnerPath(l.names[i]), func(name string) ([]byte, error) { return p.runner(name, l, i) })
			}
		}
	}
	return out
}

// marker says whose folder this is.
func (b *book) marker() ([]byte, error) {
	v := struct {
		Generator string     `json:"generator"`
		Edition   string     `json:"edition"`
		Langs     []lang.Tag `json:"langs"`
	}{"stadion", b.Edition.ID, b.Langs}
	out, err := json.MarshalIndent(v, "", "  ")
	return append(out, '\n'), err
}

// data is the file that the search of a list loads.
func (l *list) data() string { return "data/" + l.Race.ID + ".js" }

// search is the list for the search: a script, because a page that was opened
// from a disk may load nothing else. The columns are those of hit in site.js.
func (l *list) search() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\"use strict\";\nstadionList(")
	id, err := json.Marshal(l.Race.ID)
	if err != nil {
		return nil, err
	}
	b.Write(id)
	b.WriteString(", [")
	for i := range l.Rows {
		r := &l.Rows[i]
		ranked, other := l.times(r)
		row, err := json.Marshal([]any{int(r.Place), r.PrintedName, r.Country, r.Bib, r.Sex, int(r.PlaceSex), r.Category,
			int(r.PlaceCategory), ranked, other, r.Behind, r.Status, runnerPath(l.names[i])})
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(row)
	}
	b.WriteString("\n]);\n")
	return b.Bytes(), nil
}

// times are a row's on the list's basis and on the other.
func (l *list) times(r *results.Row) (ranked, other string) {
	if l.Basis == "net" {
		return r.NetTime, r.GunTime
	}
	return r.GunTime, r.NetTime
}
