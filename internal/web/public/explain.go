package public

import (
	"context"
	"slices"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

// Explanations tells why results are what they are.
type Explanations interface {
	// Explain is everything that made a runner's result. NotFound if there is no
	// such edition or bib.
	Explain(ctx context.Context, edition, bib string) (live.Explanation, error)
}

// whyView is a result in plain words: nothing in it names a chip, a box or a
// person of the crew.
type whyView struct {
	Event   *event
	Board   *live.Board
	Row     rowView
	Result  scoring.Result
	Exact   string // the time the race is ranked by, exact
	Flags   []whyFlag
	Reads   []whyRead // those that count or were set aside, by time
	More    int       // further reads of passings that count
	Rulings []whyRuling
}

type whyFlag struct {
	Key   string
	Words fault.Args
}

// whyRead is one read and what became of it.
type whyRead struct {
	At     race.Instant
	Point  string
	Hand   bool // typed by a person
	Counts bool
	Label  string // of the course point it gave: "start", "finish" or the split's
	Reason string // key of its sentence
}

// whyRuling is a ruling as the public may know it.
type whyRuling struct {
	Kind  logbook.RulingKind
	Value string // "" where it says nothing to the public
	Rule  string
	At    race.Instant
}

// Stamp is the state of the list the runner is on.
func (v *whyView) Stamp() stamp { return v.Event.Stamp(v.Board) }

// Started reports whether a start counts: a read of the start mat, or none.
func (v *whyView) Started() bool { return v.Result.StartAt != 0 }

// Why answers GET /e/{edition}/runner/{bib}/why: which reads made a result,
// which were set aside and why, and which rulings apply.
func (m *Room) Why(c *site.Call) error {
	e, err := m.event(c, "runner")
	if err != nil {
		return err
	}
	b, r, err := e.find(c.Path("bib"))
	if err != nil {
		return err
	}
	if m.explanations == nil {
		return site.NoSuchPage()
	}
	x, err := m.explanations.Explain(c.R.Context(), e.Edition.ID, r.Bib)
	if err != nil {
		return err
	}
	v := &whyView{Event: e, Board: b, Row: rowOf(b, r), Result: x.Result}
	v.tell(x)
	return c.Render(200, "explain", c.T("web.why.title")+" · "+v.Row.PrintedName+" · "+e.Edition.Name, v)
}

func (v *whyView) tell(x live.Explanation) {
	if d := x.Result.Gun; x.Result.Status == scoring.Finished {
		if x.Race.RankBy == race.Net {
			d = x.Result.Net
		}
		v.Exact = exactly(d)
	}
	for _, f := range x.Result.Flags {
		if key := "flag." + string(f.Code); lang.Has(key) {
			v.Flags = append(v.Flags, whyFlag{key, v.words(f.Args)})
		}
	}
	for _, read := range x.Verdicts {
		if read.Use == scoring.UseCluster {
			v.More++
			continue
		}
		v.Reads = append(v.Reads, v.read(x.Race, read))
	}
	slices.SortStableFunc(v.Reads, func(a, b whyRead) int { return int(min(max(a.At-b.At, -1), 1)) })
	for _, r := range x.Rulings {
		v.Rulings = append(v.Rulings, whyRuling{r.Kind, v.value(r), r.Rule, r.At})
	}
}

func (v *whyView) read(rc *race.Race, read scoring.Verdict) whyRead {
	w := whyRead{At: read.At, Point: v.point(read.Read.Point), Hand: read.Read.Chip == "" || read.Read.Manual,
		Counts: read.Use == scoring.UseStart || read.Use == scoring.UseSplit, Reason: "reason." + string(read.Reason)}
	if read.Bib != "" && read.Bib != v.Row.Bib {
		w.Counts, w.Reason = false, "web.why.anothers"
		return w
	}
	switch k := read.Split + 1; {
	case read.Use == scoring.UseStart:
		w.Label = "start"
	case w.Counts && k == len(rc.Course)-1:
		w.Label = "finish"
	case w.Counts && k > 0 && k < len(rc.Course):
		w.Label = rc.Course[k].Label
	}
	return w
}

// point is the name of a point.
func (v *whyView) point(id string) string {
	if p := v.Event.Edition.Point(id); p != nil && p.Name != "" {
		return p.Name
	}
	return id
}

// words are the values of a flag's sentence, points by their names.
func (v *whyView) words(args map[string]string) fault.Args {
	out := fault.Args{}
	for name, value := range args {
		if name == "point" {
			value = v.point(value)
		}
		out[name] = value
	}
	return out
}

// value is what a ruling says, as far as it is for everybody: no codes of chips.
func (v *whyView) value(r logbook.Ruling) string {
	clock := func(s string) string {
		var at race.Instant
		if at.UnmarshalText([]byte(strings.TrimSpace(s))) != nil {
			return s
		}
		return at.In(v.Event.Zone).Format("15:04:05.0")
	}
	first, rest, _ := strings.Cut(r.Value, "@")
	switch r.Kind {
	case logbook.AssignChip:
		return ""
	case logbook.VoidRead, logbook.GiveRead:
		return v.point(first) + " " + clock(rest)
	case logbook.Neutralise:
		from, to, _ := strings.Cut(r.Value, "/")
		return clock(from) + " – " + clock(to)
	case logbook.FinishTime:
		return clock(r.Value)
	case logbook.SetRace:
		if rc := v.Event.Edition.Race(r.Value); rc != nil {
			return rc.Name
		}
	}
	return r.Value
}

// exactly is an elapsed time with its milliseconds.
func exactly(d time.Duration) string {
	if d < 0 {
		return ""
	}
	s := d.Truncate(time.Millisecond)
	whole := s.Truncate(time.Second)
	return race.Clock(whole) + "." + strings.TrimPrefix(time.Time{}.Add(s-whole).Format("05.000"), "00.")
}
