package sale_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// hall is a waiting room under a test's clock.
type hall struct {
	*sale.Room
	keeper *saletest.Keeper
	now    race.Instant
	opens  race.Instant
	ids    int
	t      testing.TB
}

func newHall(t testing.TB, rule sale.RoomRule) *hall {
	h := &hall{keeper: saletest.NewKeeper(), t: t, opens: race.At(time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC))}
	h.now = h.opens.Add(-30 * time.Minute)
	h.restart(rule)
	return h
}

func (h *hall) restart(rule sale.RoomRule) {
	r, err := sale.OpenRoom(context.Background(), sale.RoomConfig{Edition: "test-2026", Rule: rule, Opens: h.opens, Keeper: h.keeper,
		Now: func() race.Instant { return h.now }, ID: h.id, Random: rand.NewChaCha8([32]byte{7})})
	if err != nil {
		h.t.Fatal(err)
	}
	h.Room = r
}

func (h *hall) id() string {
	h.ids++
	return fmt.Sprintf("ticket%020d", h.ids)
}

func (h *hall) enter(n int) []string {
	h.t.Helper()
	out := make([]string, n)
	for i := range out {
		c, err := h.Enter(context.Background(), "")
		if err != nil {
			h.t.Fatal(err)
		}
		out[i] = c
	}
	return out
}

func (h *hall) place(cookie string) sale.RoomPlace {
	h.t.Helper()
	p, err := h.Place(cookie)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func code(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return fmt.Sprint(err)
}

func TestRoom_TheEarlyAreShuffledAsCommittedTo(t *testing.T) {
	h := newHall(t, sale.RoomRule{})
	promised := h.Commitment()
	early := h.enter(200)
	if p := h.place(early[0]); p.State != sale.RoomEarly || p.Came != 200 {
		t.Fatalf("before the opening %+v", p)
	}
	if _, err := h.Proof(); code(err) != "sale.room_not_open" {
		t.Errorf("a seed before the opening: %v", err)
	}
	h.now = h.opens
	late := h.enter(3)
	proof, err := h.Proof()
	if err != nil || len(proof.Tickets) != 200 || proof.Commitment != promised {
		t.Fatalf("proof of %d, %v", len(proof.Tickets), err)
	}
	if err := sale.VerifyRoom(proof); err != nil {
		t.Error(err)
	}
	for i, c := range late {
		if p := h.place(c); p.Number != 201+i {
			t.Errorf("late %d is number %d", i, p.Number)
		}
	}
	var numbers []int
	for _, c := range early {
		numbers = append(numbers, h.place(c).Number)
	}
	if slices.IsSorted(numbers) {
		t.Error("the early stand as they came")
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		if n != i+1 {
			t.Fatalf("numbers %v", numbers)
		}
	}
	swapped := proof
	swapped.Tickets = slices.Clone(proof.Tickets)
	swapped.Tickets[3], swapped.Tickets[9] = swapped.Tickets[9], swapped.Tickets[3]
	if err := sale.VerifyRoom(swapped); code(err) != "sale.proof_order" {
		t.Errorf("two changed places: %v", err)
	}
	other := proof
	other.Seed = hex.EncodeToString(bytes.Repeat([]byte{1}, 32))
	if err := sale.VerifyRoom(other); code(err) != "sale.proof_seed" {
		t.Errorf("another seed: %v", err)
	}
}

// TestRoom_CanBeRecomputedWithoutOurCode follows docs/rules/fairness.md with
// nothing but SHA-256: F2.
func TestRoom_CanBeRecomputedWithoutOurCode(t *testing.T) {
	h := newHall(t, sale.RoomRule{})
	h.enter(50)
	h.now = h.opens
	proof, _ := h.Proof()
	seed, _ := hex.DecodeString(proof.Seed)
	if sum := sha256.Sum256(seed); hex.EncodeToString(sum[:]) != proof.Commitment {
		t.Fatal("the seed is not what was committed to")
	}
	ranks := make([]string, len(proof.Tickets))
	for i, ticket := range proof.Tickets {
		ranks[i] = hmacHex(seed, ticket)
	}
	if !slices.IsSorted(ranks) {
		t.Error("the published order is not that of the HMACs")
	}
}

// hmacHex is HMAC-SHA-256 by its definition (RFC 2104).
func hmacHex(key []byte, message string) string {
	pad := func(with byte) []byte {
		out := make([]byte, 64)
		copy(out, key)
		for i := range out {
			out[i] ^= with
		}
		return out
	}
	inner := sha256.Sum256(append(pad(0x36), message...))
	sum := sha256.Sum256(append(pad(0x5c), inner[:]...))
	return hex.EncodeToString(sum[:])
}

// crowd is a hall at its opening with n people, by number in line.
func crowd(t *testing.T, rule sale.RoomRule, n int) (*hall, map[int]string) {
	h := newHall(t, rule)
	all := h.enter(n)
	h.now = h.opens.Add(-time.Second)
	for _, c := range all {
		h.place(c)
	}
	h.now = h.opens
	by := map[int]string{}
	for _, c := range all {
		by[h.place(c).Number] = c
	}
	return h, by
}

// pass lets time go by, everybody but the absent asking every second.
func (h *hall) pass(d time.Duration, by map[int]string, absent ...int) {
	for end := h.now.Add(d); h.now < end; {
		h.now = h.now.Add(time.Second)
		for n, c := range by {
			if !slices.Contains(absent, n) {
				h.place(c)
			}
		}
	}
}

func TestRoom_LetsInAtThePace(t *testing.T) {
	h, by := crowd(t, sale.RoomRule{Pace: 60}, 30) // one a second
	if p := h.place(by[1]); p.State != sale.RoomAdmitted || p.Admission == "" {
		t.Errorf("the first at the opening %+v", p)
	}
	if p := h.place(by[11]); p.State != sale.RoomInLine || p.Ahead != 9 || p.Wait != 10*time.Second {
		t.Errorf("the eleventh at the opening %+v", p)
	}
	h.pass(4*time.Second, by)
	if a, b := h.place(by[5]).State, h.place(by[6]).State; a != sale.RoomAdmitted || b != sale.RoomInLine {
		t.Errorf("after 4 s: fifth %s, sixth %s", a, b)
	}
	h.now = h.now.Add(time.Minute) // nobody asks for a while: slots are not hoarded
	if a, b := h.place(by[16]).State, h.place(by[17]).State; a != sale.RoomAdmitted || b != sale.RoomInLine {
		t.Errorf("after a minute of silence: 16th %s, 17th %s", a, b)
	}
}

func TestRoom_TheSlotOfWhoIsAwayGoesOnAndThePlaceIsKept(t *testing.T) {
	h, by := crowd(t, sale.RoomRule{Pace: 10}, 30) // one every six seconds
	h.pass(19*6*time.Second, by, 20)               // the turn of 20, who has been away since the opening
	if a, b := h.place(by[21]).State, h.place(by[22]).State; a != sale.RoomAdmitted || b != sale.RoomInLine {
		t.Errorf("at the turn of who is away: 21st %s, 22nd %s", a, b)
	}
	if p := h.place(by[20]); p.State != sale.RoomInLine || p.Ahead != 0 {
		t.Errorf("who missed the turn comes back to %+v", p)
	}
	if p := h.place(by[22]); p.Ahead != 1 {
		t.Errorf("the next after who came back %+v", p)
	}
	h.pass(6*time.Second, by)
	if a, b := h.place(by[20]).State, h.place(by[22]).State; a != sale.RoomAdmitted || b != sale.RoomInLine {
		t.Errorf("a slot later: 20th %s, 22nd %s", a, b)
	}
}

func TestRoom_RestartKeepsEveryPlace(t *testing.T) {
	rule := sale.RoomRule{Pace: 60}
	h := newHall(t, rule)
	cookies := h.enter(100)
	h.now = h.opens.Add(-time.Second)
	for _, c := range cookies {
		h.place(c)
	}
	h.now = h.opens.Add(5 * time.Second)
	cookies = append(cookies, h.enter(20)...)
	before := make([]sale.RoomPlace, len(cookies))
	for i, c := range cookies {
		before[i] = h.place(c)
	}
	for i, c := range cookies { // what was let in meanwhile
		before[i] = h.place(c)
	}
	promised := h.Commitment()
	h.Close()
	h.restart(rule)
	if h.Commitment() != promised {
		t.Error("another seed after the restart")
	}
	for i, c := range cookies {
		after := h.place(c)
		if after.Number != before[i].Number || after.State != before[i].State || after.Ahead != before[i].Ahead || after.Until != before[i].Until {
			t.Errorf("%d was %+v, is %+v", i, before[i], after)
		}
	}
}

func TestRoom_IsShutBeforeItsTimeAndRefusesForgedCookies(t *testing.T) {
	h := newHall(t, sale.RoomRule{Before: race.Duration(10 * time.Minute)})
	if _, err := h.Enter(t.Context(), ""); code(err) != "sale.room_early" {
		t.Errorf("half an hour before: %v", err)
	}
	h.now = h.opens.Add(-10 * time.Minute)
	c := h.enter(1)[0]
	if again, err := h.Enter(t.Context(), c); err != nil || again != c {
		t.Errorf("the same browser gets %q, %v", again, err)
	}
	for _, forged := range []string{"", ".", "x", c[:len(c)-1], c + "A", "other" + c} {
		if _, err := h.Place(forged); code(err) != "sale.ticket_unknown" {
			t.Errorf("%q: %v", forged, err)
		}
	}
}

func TestRoom_NobodyHasATicketThatIsNotKept(t *testing.T) {
	h := newHall(t, sale.RoomRule{})
	h.keeper.Fail = errors.New("the disk is full")
	if _, err := h.Enter(t.Context(), ""); err == nil {
		t.Error("a ticket that no restart would know")
	}
	h.keeper.Fail = nil
	c := h.enter(1)[0]
	if p := h.place(c); p.Came != 1 {
		t.Errorf("%d in the room", p.Came)
	}
}

func TestRoom_ArrivalsThatCameInTimeAreEarlyHoweverLongKeepingTakes(t *testing.T) {
	h := newHall(t, sale.RoomRule{})
	first := h.enter(1)[0]
	h.now = h.opens.Add(-time.Millisecond)
	h.keeper.Hold = make(chan struct{})
	var wg sync.WaitGroup
	var second string
	wg.Go(func() { second, _ = h.Enter(context.Background(), "") })
	h.keeper.Waits(1)
	h.now = h.opens.Add(time.Second)
	if p := h.place(first); p.State != sale.RoomEarly {
		t.Errorf("shuffled without somebody who came in time: %+v", p)
	}
	close(h.keeper.Hold)
	wg.Wait()
	if p := h.place(second); p.Came != 2 || p.Number > 2 {
		t.Errorf("who came in time is %+v", p)
	}
}

func TestRoom_OpeningCanBeMovedUntilItOpens(t *testing.T) {
	h := newHall(t, sale.RoomRule{})
	c := h.enter(1)[0]
	if err := h.Retime(h.opens.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	h.now = h.opens.Add(time.Minute)
	if p := h.place(c); p.State != sale.RoomEarly {
		t.Errorf("opened at the old time: %+v", p)
	}
	h.now = h.opens.Add(time.Hour)
	if p := h.place(c); p.State != sale.RoomAdmitted {
		t.Errorf("at the new time %+v", p)
	}
	if err := h.Retime(h.opens); code(err) != "sale.room_open" {
		t.Errorf("moved after it opened: %v", err)
	}
}

func TestSale_Case52_AnAdmissionIsOfOneBrowserForAShortTime(t *testing.T) {
	h := newHall(t, sale.RoomRule{Stay: race.Duration(10 * time.Minute)})
	two := h.enter(2)
	h.now = h.opens
	h.place(two[0])
	h.now = h.now.Add(time.Second)
	a, b := h.place(two[0]), h.place(two[1])
	got, err := h.Admitted(two[0], a.Admission)
	if err != nil || got.Ticket != a.Ticket {
		t.Fatalf("%+v, %v", got, err)
	}
	for what, err := range map[string]error{
		"of another browser": second(h.Admitted(two[1], a.Admission)),
		"without a cookie":   second(h.Admitted("", a.Admission)),
		"forged":             second(h.Admitted(two[0], a.Admission[:len(a.Admission)-1]+"x")),
		"longer than given":  second(h.Admitted(two[0], a.Ticket+".zzzzzzzzzz."+a.Admission[len(a.Admission)-43:])),
		"none":               second(h.Admitted(two[1], "")),
	} {
		if code(err) != "sale.not_admitted" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := h.Admitted(two[1], b.Admission); err != nil {
		t.Error(err)
	}
	h.now = h.now.Add(10 * time.Minute)
	if _, err := h.Admitted(two[0], a.Admission); code(err) != "sale.admission_over" {
		t.Errorf("after its time: %v", err)
	}
	if p := h.place(two[0]); p.State != sale.RoomOver {
		t.Errorf("after its time %+v", p)
	}
	if c, err := h.Enter(t.Context(), two[0]); err != nil || c == two[0] {
		t.Error("who comes again gets no new ticket")
	}
}

func second[T any](_ T, err error) error { return err }

// BenchmarkRoom fills a room with 50,000 people and asks for the shuffle and for
// positions.
func BenchmarkRoom(b *testing.B) {
	const n = 50_000
	h := newHall(b, sale.RoomRule{Pace: 120})
	cookies := make([]string, n)
	var wg sync.WaitGroup
	for part := range 8 {
		wg.Go(func() {
			for i := part; i < n; i += 8 {
				c, err := h.Enter(context.Background(), "")
				if err != nil {
					panic(err)
				}
				cookies[i] = c
			}
		})
	}
	wg.Wait()
	h.now = h.opens.Add(-time.Second)
	for _, c := range cookies {
		h.place(c)
	}
	h.now = h.opens
	began := time.Now()
	h.place(cookies[0])
	opening := time.Since(began)
	i := 0
	for b.Loop() {
		h.place(cookies[i%n])
		i++
	}
	b.ReportMetric(float64(opening.Microseconds())/1000, "shuffle-ms")
}
