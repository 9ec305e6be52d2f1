package office

import (
	"slices"
	"time"

	"stadion/internal/fault"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

type evidenceView struct {
	place
	live.Explanation
	Board      *live.Board // nil where the race is not on the snapshot yet
	Passings   []passing
	Reads      []verdictLine
	Problems   []problemLine
	Flags      []flagLine
	Rulings    []rulingLine
	Neighbours []results.Row // in the list around this runner
	Revision   int           // of the race's latest publication, 0 = none
}

// Rest are the reads that are part of a passing another read of which counts:
// shown folded, because there are many.
func (v *evidenceView) Rest() (out []verdictLine) {
	for _, r := range v.Reads {
		if r.Use == scoring.UseCluster {
			out = append(out, r)
		}
	}
	return out
}

// Telling are the reads that count and those that were set aside.
func (v *evidenceView) Telling() (out []verdictLine) {
	for _, r := range v.Reads {
		if r.Use != scoring.UseCluster {
			out = append(out, r)
		}
	}
	return out
}

// Bib is the runner's, for links.
func (v *evidenceView) Bib() string { return v.Row.Bib }

// Tie reports whether the runner shares a place.
func (v *evidenceView) Tie() bool {
	for _, n := range v.Neighbours {
		if n.Bib != v.Row.Bib && n.Place != 0 && n.Place == v.Row.Place {
			return true
		}
	}
	return false
}

// passing is one course point of the runner.
type passing struct {
	Label   string
	Point   string
	AtM     float64
	At      race.Instant // 0 = missing
	Gun     time.Duration
	Net     time.Duration
	Missing bool
	Window  gap    // of a missing point, and of the next one of who still runs
	Before  *atMat // who was there just before, nil if nobody
	After   *atMat
}

// verdictLine is a read with what became of it.
type verdictLine struct {
	scoring.Verdict
	Split string // label of the point it gave, "" = none
}

// Shift is how much the box's clock was corrected.
func (l verdictLine) Shift() time.Duration { return l.At.Sub(l.Read.At) }

// VoidValue is the value of a ruling that voids this read, or gives it away: the
// point and the corrected instant.
func (l verdictLine) VoidValue() string { return l.Read.Point + "@" + l.At.String() }

// flagLine is a flag of the result with the values of its sentence.
type flagLine struct {
	scoring.Flag
	Words fault.Args
}

// Evidence answers GET /office/e/{edition}/runner/{bib}: everything that made
// one runner's result.
func (m *Room) Evidence(c *site.Call) error {
	p, err := m.at(c, "starters")
	if err != nil {
		return err
	}
	v, err := p.evidence(c.Path("bib"))
	if err != nil {
		return err
	}
	return c.Render(200, "evidence", p.Title(v.Row.Bib+" "+v.Row.PrintedName), v)
}

// evidence gathers everything about a runner. Fault NotFound.
func (p place) evidence(bib string) (*evidenceView, error) {
	x, ok := p.Desk.Field.Explain(bib)
	if !ok {
		return nil, fault.New(fault.NotFound, "web.no_such_runner", fault.Args{"bib": bib})
	}
	v := &evidenceView{place: p, Explanation: x}
	v.Board, _ = p.Snap.Find(x.Row.Bib)
	v.Passings = passings(x)
	for k, w := range windows(&x, v.Passings) {
		v.Passings[k].Window = w
	}
	mates(v.Board, x.Row.Bib, v.Passings)
	for _, read := range x.Verdicts {
		v.Reads = append(v.Reads, verdictLine{read, splitLabel(x.Race, read)})
	}
	slices.SortStableFunc(v.Reads, func(a, b verdictLine) int { return int(min(max(a.At-b.At, -1), 1)) })
	for _, l := range problemLines(p, "") {
		if l.Bib == x.Row.Bib {
			v.Problems = append(v.Problems, l)
		}
	}
	for _, f := range x.Result.Flags {
		v.Flags = append(v.Flags, flagLine{f, words(p, f.Args, string(f.Code))})
	}
	v.Rulings = rulingLines(p, func(r logbook.Ruling) bool {
		return p.Edition.Bib.Key(r.Bib) == p.Edition.Bib.Key(x.Row.Bib) || r.Kind == logbook.Neutralise && r.Bib == "" && r.Race == x.Race.ID
	})
	if v.Board != nil {
		v.Neighbours = neighbours(v.Board, x.Row.Bib)
		v.Revision = v.Board.Revision
	}
	return v, nil
}

func passings(x live.Explanation) []passing {
	r := &x.Result
	start := passing{Point: x.Race.Course[0].Point, At: r.StartAt, Gun: scoring.None, Net: scoring.None, Label: "start"}
	if r.StartAt != 0 && r.GunAt != 0 {
		start.Gun, start.Net = max(r.StartAt.Sub(r.GunAt), 0), 0
	}
	start.Missing = r.StartAt == 0 && r.Last >= 0
	out := []passing{start}
	for i, s := range x.Row.Splits {
		l := passing{Label: s.Label, Point: s.Point, AtM: s.AtM, At: s.At, Gun: scoring.None, Net: scoring.None,
			Missing: s.At == 0 && i < r.Last}
		if s.At != 0 {
			l.Gun, l.Net = r.SplitGun(i), r.SplitNet(i)
		}
		out = append(out, l)
	}
	return out
}

// splitLabel is the course point a read gave.
func splitLabel(r *race.Race, v scoring.Verdict) string {
	switch {
	case v.Use == scoring.UseStart:
		return "start"
	case v.Split < 0 || v.Split+1 >= len(r.Course):
		return ""
	case r.Course[v.Split+1].Label == "" && v.Split+2 == len(r.Course):
		return "finish"
	}
	return r.Course[v.Split+1].Label
}

// neighbours are the rows around a bib in its list, its own among them.
func neighbours(b *live.Board, bib string) []results.Row {
	i, ok := b.Index(bib)
	if !ok {
		return nil
	}
	return b.Rows[max(i-3, 0):min(i+4, len(b.Rows))]
}
