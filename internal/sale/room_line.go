package sale

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// RoomState says how somebody stands in a waiting room.
type RoomState string

// The states of a ticket.
const (
	RoomEarly    RoomState = "early"   // came before the opening: chance will say
	RoomInLine   RoomState = "in_line" // the turn is to come
	RoomAdmitted RoomState = "admitted"
	RoomOver     RoomState = "over" // the admission has ended
)

// RoomPlace is what somebody in the room is told.
type RoomPlace struct {
	Ticket    string
	State     RoomState
	Came      int           // how many came before the opening: so far, or in all
	Number    int           // in line, from 1: it never changes
	Ahead     int           // how many have their turn before, at most
	Wait      time.Duration // until the turn at the pace, at most
	Until     race.Instant  // of the admission
	Admission string        // the signed admission
	People    int           // in the room, those let in included
}

// Place tells the owner of a cookie how it stands, and notes that somebody is
// there. Fault NotFound sale.ticket_unknown.
func (r *Room) Place(cookie string) (RoomPlace, error) {
	id, ok := r.read(cookie)
	if !ok {
		return RoomPlace{}, fault.New(fault.NotFound, "sale.ticket_unknown", nil)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.at[id]
	if !ok {
		return RoomPlace{}, fault.New(fault.NotFound, "sale.ticket_unknown", nil)
	}
	now := r.cfg.Now()
	p := &r.people[i]
	p.seen = now
	r.advance(now)
	if p.missed && p.let == 0 {
		r.comeBack(i)
		r.advance(now)
	}
	return r.tell(p, now), nil
}

func (r *Room) tell(p *guest, now race.Instant) RoomPlace {
	out := RoomPlace{Ticket: p.id, People: len(r.people), Came: r.early, Number: p.place + 1}
	if !r.opened {
		out.Came = len(r.people)
	}
	switch {
	case r.over(p, now):
		out.State = RoomOver
	case p.let != 0:
		out.State, out.Until = RoomAdmitted, p.let.Add(r.stay())
		out.Admission = r.admission(p.id, out.Until)
	case !r.opened:
		out.State = RoomEarly
	default:
		out.State, out.Ahead = RoomInLine, r.ahead(p)
		out.Wait = max(0, r.due.Sub(now)) + time.Duration(out.Ahead)*r.slot()
	}
	return out
}

// ahead is how many have their turn before, at most: those who are away by then
// do not count in the end.
func (r *Room) ahead(p *guest) int {
	if p.missed {
		n, _ := slices.BinarySearchFunc(r.returned, p.place, func(i, place int) int { return r.people[i].place - place })
		return n
	}
	return p.place - r.next + len(r.returned)
}

// comeBack puts somebody who missed the turn before all who still wait, by place.
func (r *Room) comeBack(i int) {
	at, there := slices.BinarySearchFunc(r.returned, r.people[i].place, func(j, place int) int { return r.people[j].place - place })
	if !there {
		r.returned = slices.Insert(r.returned, at, i)
	}
}

// advance opens the room when its time has come and gives out the slots that are
// due; the caller holds the lock.
func (r *Room) advance(now race.Instant) {
	if !r.opened {
		if now < r.cfg.Opens || r.inflight > 0 {
			return
		}
		r.open()
		r.due = r.cfg.Opens
	}
	r.due = max(r.due, now.Add(-hoard))
	for r.due <= now {
		i, ok := r.pick(now)
		if !ok {
			r.due = now
			return
		}
		r.people[i].let = now
		r.let = append(r.let, Ticket{ID: r.people[i].id, At: r.people[i].at, Let: now})
		r.due = r.due.Add(r.slot())
	}
	if len(r.let) > 0 && !r.keeping {
		r.keeping = true
		go r.keep(r.life)
	}
}

// pick takes the next who is there: first those who missed their turn and came
// back, then the line.
func (r *Room) pick(now race.Instant) (int, bool) {
	for len(r.returned) > 0 {
		i := r.returned[0]
		r.returned = r.returned[1:]
		if now.Sub(r.people[i].seen) < away {
			return i, true
		}
	}
	for r.next < len(r.line) {
		i := r.line[r.next]
		r.next++
		p := &r.people[i]
		if p.let != 0 {
			continue
		}
		if now.Sub(p.seen) < away {
			return i, true
		}
		p.missed = true
	}
	return 0, false
}

// open puts the early in the order that chance gives them, and the others behind
// them as they came.
func (r *Room) open() {
	for r.early < len(r.people) && r.people[r.early].at < r.cfg.Opens {
		r.early++
	}
	ids := make([]string, r.early)
	for i := range ids {
		ids[i] = r.people[i].id
	}
	r.line = shuffled(r.seed, ids)
	for i := r.early; i < len(r.people); i++ {
		r.line = append(r.line, i)
	}
	for place, i := range r.line {
		r.people[i].place = place
	}
	r.opened = true
}

// resume finds how far the line had come when the program ended: who stands
// before the last that was let in missed the turn.
func (r *Room) resume() {
	for place, i := range r.line {
		if r.people[i].let != 0 {
			r.next = place + 1
		}
	}
	for _, i := range r.line[:r.next] {
		r.people[i].missed = r.people[i].let == 0
	}
}

// RoomProof is what anybody needs to check the order of the early: published
// from the opening on.
type RoomProof struct {
	Edition    string   `json:"edition"`
	Commitment string   `json:"commitment"` // SHA-256 of the seed, published before the room opened
	Seed       string   `json:"seed"`       // hexadecimal
	Tickets    []string `json:"tickets"`    // of the early, the first turn first
}

// Proof is the room's proof. Fault NotFound sale.room_not_open before the opening.
func (r *Room) Proof() (RoomProof, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(r.cfg.Now())
	if !r.opened {
		return RoomProof{}, fault.New(fault.NotFound, "sale.room_not_open", nil)
	}
	p := RoomProof{Edition: r.cfg.Edition, Commitment: Commitment(r.seed), Seed: hex.EncodeToString(r.seed), Tickets: make([]string, r.early)}
	for i := range p.Tickets {
		p.Tickets[i] = r.people[r.line[i]].id
	}
	return p, nil
}

// VerifyRoom recomputes a proof. Faults Invalid sale.proof_seed: the seed is not
// the one committed to; sale.proof_order: the tickets are not in the seed's order.
func VerifyRoom(p RoomProof) error {
	seed, err := hex.DecodeString(p.Seed)
	if err != nil || Commitment(seed) != p.Commitment {
		return fault.New(fault.Invalid, "sale.proof_seed", nil)
	}
	if !slices.IsSorted(shuffled(seed, p.Tickets)) {
		return fault.New(fault.Invalid, "sale.proof_order", nil)
	}
	return nil
}

// Admission is the right to order, of one ticket, for a short time and one hold.
type Admission struct {
	Ticket string
	Until  race.Instant
}

// Of makes what is asked the one hold of the admission: asked again, in whatever
// words, it gives the same hold (case 52).
func (a Admission) Of(ask Ask) Ask {
	if a.Ticket != "" {
		ask.Key, ask.Body = "admission "+a.Ticket, "admission"
	}
	return ask
}

// Admitted checks a signed admission against the browser's cookie. Faults:
// Forbidden sale.not_admitted (none, forged, or of another browser),
// sale.admission_over.
func (r *Room) Admitted(cookie, admission string) (Admission, error) {
	none := fault.New(fault.Forbidden, "sale.not_admitted", nil)
	id, ok := r.read(cookie)
	parts := strings.Split(admission, ".")
	if !ok || len(parts) != 3 || parts[0] != id {
		return Admission{}, none
	}
	ns, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil || subtle.ConstantTimeCompare([]byte(r.admission(id, race.Instant(ns))), []byte(admission)) != 1 {
		return Admission{}, none
	}
	a := Admission{id, race.Instant(ns)}
	if r.cfg.Now() >= a.Until {
		return Admission{}, fault.New(fault.Forbidden, "sale.admission_over", nil)
	}
	return a, nil
}

func (r *Room) admission(ticket string, until race.Instant) string {
	end := strconv.FormatInt(int64(until), 36)
	return ticket + "." + end + "." + r.mac("admission "+ticket+" "+end)
}

// sign makes a browser's cookie of a ticket; read is the way back.
func (r *Room) sign(ticket string) string { return ticket + "." + r.mac("ticket "+ticket) }

func (r *Room) read(cookie string) (ticket string, ok bool) {
	ticket, _, ok = strings.Cut(cookie, ".")
	return ticket, ok && subtle.ConstantTimeCompare([]byte(r.sign(ticket)), []byte(cookie)) == 1
}

func (r *Room) mac(of string) string {
	h := hmac.New(sha256.New, r.key)
	h.Write([]byte(r.cfg.Edition + " " + of))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
