package office

import (
	"strconv"
	"strings"

	"stadion/internal/race"
	"stadion/internal/sale"
)

// The measures of a plot, in its own units.
const (
	plotWidth  = 260
	plotHeight = 84
	plotSteps  = 130 // points of the line at most
)

// unitPlot is a resource over time, drawn by the server: what is sold, what is
// held above it, and how many there are.
type unitPlot struct {
	Resource         string
	Size, Sold, Held int
	SoldPath         string // area
	HeldPath         string // area, on top of what is sold
	SizeY            string // of the line of what there is
	From, To         race.Instant
	Rows             []unitPoint // what is drawn, as a table
}

// Free is how many are left.
func (p unitPlot) Free() int { return max(0, p.Size-p.Sold-p.Held) }

// plot draws the quotas of one resource that are seen.
func (b *unitBook) plot(resource string, quotas []sale.Quota, now race.Instant) unitPlot {
	p := unitPlot{Resource: resource, From: b.began, To: max(now, b.at)}
	var series []*unitSeries
	for i := range quotas {
		p.Size += quotas[i].Size
		if s := b.series[quotas[i].ID()]; s != nil {
			series = append(series, s)
		}
	}
	if p.From == 0 || p.To <= p.From {
		p.From = p.To - 1
	}
	p.Rows = sampled(series, p.From, p.To)
	last := p.Rows[len(p.Rows)-1]
	p.Sold, p.Held = last.Sold, last.Held
	top := p.Size
	for _, r := range p.Rows {
		top = max(top, r.Sold+r.Held)
	}
	top = max(top, 1)
	y := func(n int) string {
		return strconv.FormatFloat(float64(plotHeight)*(1-float64(n)/float64(top)), 'f', 1, 64)
	}
	p.SizeY = y(p.Size)
	p.SoldPath = p.area(func(r unitPoint) string { return y(r.Sold) }, func(unitPoint) string { return y(0) })
	p.HeldPath = p.area(func(r unitPoint) string { return y(r.Sold + r.Held) }, func(r unitPoint) string { return y(r.Sold) })
	return p
}

// sampled is the sum of series at regular instants: each as it stood then.
func sampled(series []*unitSeries, from, to race.Instant) []unitPoint {
	out := make([]unitPoint, plotSteps+1)
	at := make([]int, len(series))
	for i := range out {
		t := from + race.Instant(float64(to-from)*float64(i)/plotSteps)
		out[i].At = t
		for k, s := range series {
			for at[k] < len(s.Points) && s.Points[at[k]].At <= t {
				at[k]++
			}
			if at[k] > 0 {
				out[i].Sold += max(0, s.Points[at[k]-1].Sold)
				out[i].Held += max(0, s.Points[at[k]-1].Held)
			}
		}
	}
	return out
}

// area is the path between two edges, in steps: units change at once.
func (p unitPlot) area(upper, lower func(unitPoint) string) string {
	var b strings.Builder
	x := func(i int) string { return strconv.Itoa(i * plotWidth / plotSteps) }
	for i, r := range p.Rows {
		if i == 0 {
			b.WriteString("M0 " + upper(r))
			continue
		}
		b.WriteString("H" + x(i) + "V" + upper(r))
	}
	for i := len(p.Rows) - 1; i >= 0; i-- {
		b.WriteString("L" + x(i) + " " + lower(p.Rows[i]))
		if i > 0 {
			b.WriteString("L" + x(i) + " " + lower(p.Rows[i-1]))
		}
	}
	return b.String() + "Z"
}

// Table are the rows of the plot at which something changed, the latest first,
// at most thirty.
func (p unitPlot) Table() []unitPoint {
	var out []unitPoint
	for i := len(p.Rows) - 1; i >= 0 && len(out) < 30; i-- {
		r := p.Rows[i]
		if i == 0 || r.Sold != p.Rows[i-1].Sold || r.Held != p.Rows[i-1].Held {
			out = append(out, r)
		}
	}
	return out
}

// Shares are the parts of a bar in thousandths: sold, held, kept.
func (l unitLine) Shares() [3]int {
	whole := max(l.Size, l.Used+l.Kept, 1)
	return [3]int{l.Sold * 1000 / whole, l.Held * 1000 / whole, l.Kept * 1000 / whole}
}

// labelGap keeps labels from standing on one another.
const labelGap = 12

// labels are the heights of the labels at the right edge: of the size, of what
// is held and of what is sold, at least a line apart.
func (p unitPlot) labels() (size, held, sold float64) {
	top := float64(max(p.Size, p.Sold+p.Held, 1))
	y := func(n float64) float64 { return plotHeight*(1-n/top) + 4 }
	size = y(float64(p.Size))
	sold = min(y(float64(p.Sold)/2), plotHeight)
	held = y(float64(p.Sold) + float64(p.Held)/2)
	sold = max(sold, size+2*labelGap)
	held = min(max(held, size+labelGap), sold-labelGap)
	return size, held, sold
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// SizeLabelY is where the label of the size stands.
func (p unitPlot) SizeLabelY() string { y, _, _ := p.labels(); return decimal(y) }

// HeldLabelY is where the label of what is held stands.
func (p unitPlot) HeldLabelY() string { _, y, _ := p.labels(); return decimal(y) }

// SoldLabelY is where the label of what is sold stands.
func (p unitPlot) SoldLabelY() string { _, _, y := p.labels(); return decimal(y) }
