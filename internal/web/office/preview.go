package office

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/raceday"
	"stadion/internal/web/site"
)

// preview is what a staged file says and what it would change.
type preview struct {
	At          race.Instant // when it was looked at
	Faults      fault.List   // what is wrong; nothing else is set then
	Report      *intake.Report
	Warnings    fault.List
	StartList   *raceday.StartListPreview
	Reads       *raceday.ReadsPreview
	Rulings     *raceday.RulingsPreview
	EditionFile *raceday.EditionPreview
	Effect      effect

	Differences []intake.Difference // the first of them
	DiffMore    int
	Count       map[string]int // of differences, by kind
	Rules       []ruleDiff     // of an edition
	Orphans     []orphan       // chips nobody carries, the most read first
	OrphanMore  int
}

// orphan is a chip of a file that nobody carries.
type orphan struct {
	Chip  string
	Reads int
}

// ruleDiff is a value of an edition that differs.
type ruleDiff struct{ Path, Before, After string }

// May reports whether it can be imported.
func (v *preview) May() bool { return v != nil && v.At != 0 && len(v.Faults) == 0 }

// preview finds the look at a file, or begins it.
func (m *Room) preview(c *site.Call, p place, k kind, u Upload, keep bool) *job {
	key := u.ID + "/" + strconv.FormatBool(keep)
	m.jobs.mu.Lock()
	for _, j := range m.jobs.list {
		if j.key == key {
			m.jobs.mu.Unlock()
			return j
		}
	}
	m.jobs.mu.Unlock()
	j := &job{Edition: u.Edition, Needs: k.Needs, What: "office.job.preview", Name: u.Name, key: key, Began: p.Now}
	return m.jobs.start(j, func(ctx context.Context, j *job) error {
		v, err := look(ctx, p, k, u, keep, j.progress)
		if err != nil {
			return err
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		j.result = v
		return nil
	})
}

// drop ends the looks at a file and forgets them.
func (s *jobs) drop(upload string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = slices.DeleteFunc(s.list, func(j *job) bool {
		if strings.HasPrefix(j.key, upload+"/") {
			j.cancel()
			return true
		}
		return false
	})
}

// look reads a file and says what it would change. What is wrong with the file
// is in the preview; the error is for what is wrong with the program, and for
// having been stopped.
func look(ctx context.Context, p place, k kind, u Upload, keep bool, progress func(done, total int)) (*preview, error) {
	v := &preview{At: p.Now}
	o := intake.Options{KeepGoing: keep, Now: p.Now, Progress: func(x intake.Progress) error {
		progress(int(x.Bytes), len(u.Bytes))
		return ctx.Err()
	}}
	err := v.read(p, k, u, o)
	if err == nil {
		return v, ctx.Err()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var list fault.List
	var one *fault.Error
	switch {
	case errors.As(err, &list):
		v.Faults = list
	case errors.As(err, &one) && one.Kind != fault.Internal && one.Kind != fault.Unavailable:
		v.Faults = fault.List{one}
	default:
		return nil, err
	}
	return v, nil
}

func (v *preview) read(p place, k kind, u Upload, o intake.Options) (err error) {
	r := bytes.NewReader(u.Bytes)
	switch k.Word {
	case kindStartList.Word:
		if v.StartList, err = p.Desk.PreviewStartList(u.Name, r, o); err == nil {
			v.Report, v.Effect = v.StartList.Report, p.effect(v.StartList.Changes)
			v.differences(v.StartList.Differences)
		}
	case kindReads.Word:
		if v.Reads, err = p.Desk.PreviewReads(u.Name, r, o); err == nil {
			v.Report, v.Effect = v.Reads.Report, p.effect(v.Reads.Changes)
			v.orphans(p, v.Reads.Reads)
		}
	case kindRulings.Word:
		if v.Rulings, err = p.Desk.PreviewRulings(u.Name, r, o); err == nil {
			v.Report, v.Effect = v.Rulings.Report, p.effect(v.Rulings.Changes)
		}
	default:
		err = v.rules(p, u, r)
	}
	if err == nil && v.Report != nil {
		v.Warnings = v.Report.Warnings
	}
	return err
}

// rules looks at an edition file: of this edition, or of a new one.
func (v *preview) rules(p place, u Upload, r *bytes.Reader) error {
	if p.Desk == nil {
		e, warnings, err := intake.Edition(u.Name, r)
		if err != nil {
			return err
		}
		v.EditionFile, v.Warnings = &raceday.EditionPreview{Edition: e}, warnings
		return nil
	}
	x, err := p.Desk.PreviewEdition(u.Name, r)
	if err != nil {
		return err
	}
	v.EditionFile, v.Warnings, v.Effect = x, x.Warnings, p.effect(x.Changes)
	if x.Before != nil {
		v.Rules = diffRules(x.Before, x.Edition)
	}
	return nil
}

// shownDifferences is how many differences of a start list are named.
const shownDifferences = 150

func (v *preview) differences(all []intake.Difference) {
	v.Count = map[string]int{}
	seen := map[string]bool{}
	for _, d := range all {
		if d.Kind != intake.Changed || !seen[d.Bib] {
			v.Count[string(d.Kind)]++
			seen[d.Bib] = true
		}
	}
	v.Differences = all[:min(len(all), shownDifferences)]
	v.DiffMore = len(all) - len(v.Differences)
}

// orphans are the chips of a file's reads that nobody carries.
func (v *preview) orphans(p place, reads []logbook.Read) {
	facts := p.Desk.Field.Facts()
	carried := map[string]bool{}
	for _, s := range facts.StartList {
		for _, c := range s.Chips {
			carried[race.ChipKey(c)] = true
		}
	}
	for _, r := range facts.Rulings {
		if r.Kind == logbook.AssignChip {
			chip, _, _ := strings.Cut(r.Value, "@")
			carried[race.ChipKey(chip)] = true
		}
	}
	count := map[string]int{}
	for i := range reads {
		if key := race.ChipKey(reads[i].Chip); key != "" && !carried[key] {
			count[key]++
		}
	}
	for chip, n := range count {
		v.Orphans = append(v.Orphans, orphan{chip, n})
	}
	sort.Slice(v.Orphans, func(i, k int) bool {
		a, b := v.Orphans[i], v.Orphans[k]
		return a.Reads > b.Reads || a.Reads == b.Reads && a.Chip < b.Chip
	})
	const few = 24
	if len(v.Orphans) > few {
		v.OrphanMore, v.Orphans = len(v.Orphans)-few, v.Orphans[:few]
	}
}

// diffRules is what differs between two editions, by path.
func diffRules(before, after *race.Edition) []ruleDiff { return differing(before, after) }

// differing is what differs between two files as they were understood, by path:
// things of a list are the same by their id.
func differing(before, after any) []ruleDiff {
	x, y := map[string]string{}, map[string]string{}
	flatten("", generic(before), x)
	flatten("", generic(after), y)
	var paths []string
	for path := range x {
		paths = append(paths, path)
	}
	for path := range y {
		if _, ok := x[path]; !ok {
			paths = append(paths, path)
		}
	}
	sort.Strings(paths)
	var out []ruleDiff
	for _, path := range paths {
		if x[path] != y[path] {
			out = append(out, ruleDiff{path, x[path], y[path]})
		}
	}
	return out
}

func generic(e any) (v any) {
	b, err := json.Marshal(e)
	if err == nil {
		dec := json.NewDecoder(bytes.NewReader(b))
		dec.UseNumber()
		err = dec.Decode(&v)
	}
	if err != nil {
		panic("office: a file as understood cannot be written: " + err.Error()) // it holds strings and numbers only
	}
	return v
}

func flatten(path string, v any, into map[string]string) {
	join := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			flatten(join(name), x, into)
		}
	case []any:
		for i, x := range v {
			name := strconv.Itoa(i + 1)
			if m, ok := x.(map[string]any); ok {
				if id, ok := m["id"].(string); ok {
					name = id
				}
			}
			flatten(join(name), x, into)
		}
	case nil:
	default:
		into[path] = fmt.Sprint(v)
	}
}
