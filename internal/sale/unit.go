package sale

import (
	"slices"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// Quota is how many units of a resource somebody may sell: the public (Partner
// ""), or a partner from its allocation. A voucher is a quota of its uses, with
// resource "voucher:CODE"; what holds for transfers may take of a resource is one
// too, "bank:RESOURCE" (case 10). Rule tells these two from things that are sold.
type Quota struct {
	Resource string
	Partner  string
	Size     int // as the organiser wants it
	Used     int // held and sold
	// Kept are free units that are offered to the waiting list alone (cases 14, 15).
	Kept int
	// KeptUntil is how long: then the public is served again.
	KeptUntil race.Instant
	// Frozen quotas serve nobody: lowered below what is sold (case 13).
}

// ID names a quota: "race:marathon", "race:marathon@koryo".
func (q *Quota) ID() string { return QuotaID(q.Resource, q.Partner) }

// QuotaID is the id of a resource's quota at a partner, "" = the public's.
func QuotaID(resource, partner string) string {
	if partner == "" {
		return resource
	}
	return resource + "@" + partner
}

// Rule reports whether the quota bounds something else than the units of a
// resource: the uses of a voucher, the part that transfers may hold. Boards and
// totals leave these out.
func (q *Quota) Rule() bool {
	return strings.HasPrefix(q.Resource, "voucher:") || strings.HasPrefix(q.Resource, "bank:")
}

func bankResource(resource string) string { return "bank:" + resource }

// bankSize is how many units of a public quota holds for transfers may take:
// rounded down, and one at least of what there is at all.
func bankSize(size int, rule HoldRule) int {
	n := size * rule.filled().BankPart / 100
	if n == 0 && size > 0 {
		return 1
	}
	return n
}

// Free is how many units can be taken: never negative (case 13).
func (q *Quota) Free() int { return max(0, q.Size-q.Used-q.Kept) }

// Cap is what the database holds Used against: the size, or what was sold
// already when the size was lowered below it.
func (q *Quota) Cap() int { return max(q.Size, q.Used) }

// Move says what happened to units.
type Move string

// The moves of units.
const (
	Take    Move = "hold"
	Confirm Move = "confirm"
	Release Move = "release"
	Expire  Move = "expire" // a release because the hold ended
	Resize  Move = "resize" // N is the new size
	Keep    Move = "keep"   // N is how many are kept for the list now
)

// Line is one line of the ledger of units: append-only.
type Line struct {
	Seq   int64 // grows within the edition; set when it is written
	At    race.Instant
	Order string // id; "" for moves of the office
	Move  Move
	Units []Use  // Resource is a quota's id
	By    string // account; "" = the buyer
}

// shortage is what is missing of a quota.
type shortage struct {
	quota *Quota
	want  int
}

// soldOut makes the fault that names what is out (case 3). Args: "resource" is
// the first, "resources" are all, comma separated, "left" is what remains of the
// first.
func soldOut(short []shortage) error {
	ids := make([]string, len(short))
	for i, s := range short {
		ids[i] = s.quota.Resource
	}
	return fault.New(fault.Conflict, "sale.sold_out", fault.Args{"resource": ids[0],
		"resources": strings.Join(ids, ","), "left": short[0].quota.Free(), "want": short[0].want})
}

// book is the quotas of an edition as a commit sees them.
type book struct {
	quotas map[string]*Quota
	order  []string
	dirty  map[string]bool
}

func newBook(quotas []Quota) *book {
	b := &book{quotas: make(map[string]*Quota, len(quotas)), dirty: map[string]bool{}}
	for i := range quotas {
		q := quotas[i]
		b.quotas[q.ID()] = &q
		b.order = append(b.order, q.ID())
	}
	slices.Sort(b.order)
	return b
}

// QuotasOf are the quotas a catalogue makes: of every resource the public's,
// which is what partners' allocations leave, and the partners'; of every voucher
// its uses.
func QuotasOf(c *Catalogue) []Quota {
	var out []Quota
	for _, r := range c.Resources {
		left := r.Size
		for _, p := range c.Partners {
			for _, u := range p.Allocation {
				if u.Resource == r.ID {
					left -= u.N
					out = append(out, Quota{Resource: r.ID, Partner: p.ID, Size: u.N})
				}
			}
		}
		out = append(out, Quota{Resource: r.ID, Size: max(0, left)})
		if c.Bank != nil {
			out = append(out, Quota{Resource: bankResource(r.ID), Size: bankSize(max(0, left), c.Hold)})
		}
	}
	for _, v := range c.Vouchers {
		out = append(out, Quota{Resource: voucherResource(v.Code), Size: v.Uses})
	}
	slices.SortFunc(out, func(a, b Quota) int { return strings.Compare(a.ID(), b.ID()) })
	return out
}
