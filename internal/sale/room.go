package sale

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// Ticket is a place in the waiting room. Its id is public: it stands in the list
// that is published after the opening. Whose it is, only the browser's cookie
// says.
type Ticket struct {
	ID  string
	At  race.Instant // of arrival
	Let race.Instant // when it was let in; 0 = not yet
}

// Keeper keeps what a waiting room must not forget when the program ends.
type Keeper interface {
	// Keep keeps a value of the edition under a name, once: the first that was ever
	// offered is given to everybody, durably. A nil value only asks; the answer is
	// nil if none was kept.
	Keep(ctx context.Context, edition, name string, value []byte) ([]byte, error)
	// Enter keeps new tickets in their order. They are durable when it returns.
	Enter(ctx context.Context, edition string, ts []Ticket) error
	// LetIn keeps when tickets were let in.
	LetIn(ctx context.Context, edition string, ts []Ticket) error
	// Tickets are all that were kept, in their order.
	Tickets(ctx context.Context, edition string) ([]Ticket, error)
}

// RoomConfig is what a waiting room is made of.
type RoomConfig struct {
	Edition string
	Rule    RoomRule
	Opens   race.Instant
	Keeper  Keeper
	Now     func() race.Instant
	ID      func() string // 26 random characters
	Random  io.Reader     // of seed and key, when none were kept before
}

// The room's own times.
const (
	away    = 90 * time.Second // who was not seen for so long is not there when the turn comes
	regroup = 20 * time.Second // after a restart, people are given so long to be seen again
	hoard   = 10 * time.Second // slots older than that are not made up for
)

// Room is the waiting room of a sale that many come to at once. Who is there
// before the opening is put in an order by chance, with a seed whose SHA-256 was
// published before; who comes later queues in order of arrival. From the opening
// on people are let in at a pace; the slot of somebody who is not there when the
// turn comes goes on to the next, and who returns is let in before all others.
//
// Everything is answered from memory. A ticket is given out only when it is
// durable, and many that come at once are kept together. Safe for concurrent use.
type Room struct {
	cfg       RoomConfig
	seed, key []byte
	life      context.Context // of what is kept in the background
	rule      atomic.Pointer[RoomRule]

	mu       sync.Mutex
	people   []guest        // by arrival
	at       map[string]int // ticket to its index in people
	line     []int          // indexes of people in order of turn, from the opening on
	next     int            // of line: all before had their turn
	returned []int          // missed their turn and are here again, by place
	due      race.Instant   // of the next slot
	opened   bool           // the early were shuffled
	early    int            // how many there were
	last     race.Instant   // the latest arrival: arrivals never go back
	arriving []*arrival     // to be kept
	keeping  bool           // somebody keeps
	inflight int            // arrivals before the opening that are not durable yet
	let      []Ticket       // to be kept as let in
	idle     *sync.Cond     // nobody keeps
}

// guest is somebody in the room.
type guest struct {
	id     string
	at     race.Instant
	let    race.Instant
	seen   race.Instant
	place  int // in line
	missed bool
}

type arrival struct {
	t     Ticket
	early bool // before the opening as it was then
	err   error
	done  chan struct{}
}

// OpenRoom makes the room of an edition as its keeper left it.
func OpenRoom(ctx context.Context, cfg RoomConfig) (*Room, error) {
	r := &Room{cfg: cfg, at: map[string]int{}, life: context.WithoutCancel(ctx)}
	r.idle = sync.NewCond(&r.mu)
	r.Follow(cfg.Rule)
	var err error
	if r.seed, err = secret(ctx, cfg.Keeper, cfg.Edition, "room seed", cfg.Random); err != nil {
		return nil, err
	}
	if r.key, err = secret(ctx, cfg.Keeper, cfg.Edition, "room key", cfg.Random); err != nil {
		return nil, err
	}
	ts, err := cfg.Keeper.Tickets(ctx, cfg.Edition)
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		r.admit(t)
	}
	if now := cfg.Now(); now >= cfg.Opens {
		r.open()
		r.resume()
		r.due = now.Add(regroup)
	}
	return r, nil
}

// secret is 32 random bytes that are kept.
func secret(ctx context.Context, k Keeper, edition, name string, random io.Reader) ([]byte, error) {
	if kept, err := k.Keep(ctx, edition, name, nil); kept != nil || err != nil {
		return kept, err
	}
	fresh := make([]byte, 32)
	if _, err := io.ReadFull(random, fresh); err != nil {
		return nil, err
	}
	return k.Keep(ctx, edition, name, fresh)
}

// Commitment is the SHA-256 of the seed, hexadecimal: published before anybody
// comes.
func (r *Room) Commitment() string { return Commitment(r.seed) }

// Commitment is what is published of a seed before it is used.
func Commitment(seed []byte) string {
	sum := sha256.Sum256(seed)
	return hex.EncodeToString(sum[:])
}

// Rank is where chance puts a ticket: HMAC-SHA-256 with the seed as the key, the
// smallest first.
func Rank(seed []byte, ticket string) [sha256.Size]byte {
	h := hmac.New(sha256.New, seed)
	h.Write([]byte(ticket))
	return [sha256.Size]byte(h.Sum(nil))
}

// shuffled are tickets in the order of their ranks.
func shuffled(seed []byte, tickets []string) []int {
	type ranked struct {
		rank [sha256.Size]byte
		at   int
	}
	all := make([]ranked, len(tickets))
	h, sum := hmac.New(sha256.New, seed), make([]byte, 0, sha256.Size)
	for i, t := range tickets {
		h.Reset()
		h.Write([]byte(t))
		sum = h.Sum(sum[:0])
		all[i] = ranked{[sha256.Size]byte(sum), i}
	}
	slices.SortFunc(all, func(a, b ranked) int { return slices.Compare(a.rank[:], b.rank[:]) })
	out := make([]int, len(all))
	for i, x := range all {
		out[i] = x.at
	}
	return out
}

// Opens is when the room lets in the first.
func (r *Room) Opens() race.Instant {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cfg.Opens
}

// From is when the room itself opens.
func (r *Room) From() race.Instant { return r.Opens().Add(-r.before()) }

func (r *Room) before() time.Duration {
	if d := r.rule.Load().Before.D(); d > 0 {
		return d
	}
	return time.Hour
}

// Pace is how many are let in a minute.
func (r *Room) Pace() int {
	if r.rule.Load().Pace > 0 {
		return r.rule.Load().Pace
	}
	return 120
}

func (r *Room) slot() time.Duration { return time.Minute / time.Duration(r.Pace()) }

func (r *Room) stay() time.Duration {
	if d := r.rule.Load().Stay.D(); d > 0 {
		return d
	}
	return 10 * time.Minute
}

// Follow takes another rule from now on: the pace, how early the room opens, how
// long an admission is.
func (r *Room) Follow(rule RoomRule) { r.rule.Store(&rule) }

// Retime moves the opening while nobody was let in yet: fault Conflict
// sale.room_open after that.
func (r *Room) Retime(opens race.Instant) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.opened && opens != r.cfg.Opens {
		return fault.New(fault.Conflict, "sale.room_open", nil)
	}
	r.cfg.Opens = opens
	return nil
}

// Enter gives a browser a ticket, or finds the one that its cookie names. It
// answers the cookie to be kept by the browser, when the ticket is durable.
// Fault Conflict sale.room_early: the room is not open yet.
func (r *Room) Enter(ctx context.Context, cookie string) (string, error) {
	if id, ok := r.read(cookie); ok && r.holds(id) {
		return cookie, nil
	}
	a := &arrival{t: Ticket{ID: r.cfg.ID()}, done: make(chan struct{})}
	r.mu.Lock()
	now := max(r.cfg.Now(), r.last)
	if now < r.cfg.Opens.Add(-r.before()) {
		r.mu.Unlock()
		return "", fault.New(fault.Conflict, "sale.room_early", nil)
	}
	a.t.At, r.last = now, now
	if now < r.cfg.Opens {
		a.early = true
		r.inflight++
	}
	r.arriving = append(r.arriving, a)
	if !r.keeping {
		r.keeping = true
		go r.keep(r.life)
	}
	r.mu.Unlock()
	<-a.done
	if a.err != nil {
		return "", a.err
	}
	return r.sign(a.t.ID), nil
}

// holds reports whether a ticket still leads somewhere.
func (r *Room) holds(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.at[id]
	return ok && !r.over(&r.people[i], r.cfg.Now())
}

func (r *Room) over(p *guest, now race.Instant) bool {
	return p.let != 0 && now >= p.let.Add(r.stay())
}

// keep writes what gathered while the last was written, until nothing is left.
func (r *Room) keep(ctx context.Context) {
	for {
		r.mu.Lock()
		batch, let := r.arriving, r.let
		r.arriving, r.let = nil, nil
		if len(batch) == 0 && len(let) == 0 {
			r.keeping = false
			r.idle.Broadcast()
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
		if len(let) > 0 {
			// Not kept means that after a crash somebody is let in a second time, which
			// gives no second hold.
			_ = r.cfg.Keeper.LetIn(ctx, r.cfg.Edition, let)
		}
		r.keepArrivals(ctx, batch)
	}
}

func (r *Room) keepArrivals(ctx context.Context, batch []*arrival) {
	if len(batch) == 0 {
		return
	}
	ts := make([]Ticket, len(batch))
	for i, a := range batch {
		ts[i] = a.t
	}
	err := r.cfg.Keeper.Enter(ctx, r.cfg.Edition, ts)
	r.mu.Lock()
	for _, a := range batch {
		if a.early {
			r.inflight--
		}
		if a.err = err; err == nil {
			r.admit(a.t)
		}
	}
	r.mu.Unlock()
	for _, a := range batch {
		close(a.done)
	}
}

// admit takes a durable ticket into the room; the caller holds the lock.
func (r *Room) admit(t Ticket) {
	i := len(r.people)
	r.people = append(r.people, guest{id: t.ID, at: t.At, let: t.Let, seen: t.At, place: -1})
	r.at[t.ID] = i
	r.last = max(r.last, t.At)
	if r.opened {
		r.people[i].place = len(r.line)
		r.line = append(r.line, i)
	}
}

// Close waits until everything is kept.
func (r *Room) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.keeping {
		r.idle.Wait()
	}
}
