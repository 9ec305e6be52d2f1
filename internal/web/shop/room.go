package shop

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// The cookies of the waiting room: whose ticket it is, and the admission.
const (
	ticketCookie    = "ticket"
	admissionCookie = "admission"
)

// room is the waiting room of an edition, nil if whoever wants to order just
// orders.
func (m *Room) room(edition string) *sale.Room {
	if m.Rooms == nil {
		return nil
	}
	return m.Rooms(edition)
}

// Admitted is the right to order of the browser that calls: the zero Admission
// where there is no waiting room. Faults: Forbidden sale.not_admitted,
// sale.admission_over.
func (m *Room) Admitted(c *site.Call) (sale.Admission, error) {
	r := m.room(c.Path("edition"))
	if r == nil {
		return sale.Admission{}, nil
	}
	return r.Admitted(cookieOf(c, ticketCookie), cookieOf(c, admissionCookie))
}

// Gated lets those through who were let in, and leads everybody else to the
// waiting room. While the sale is not open it stands in nobody's way.
func (m *Room) Gated(do site.Handler) site.Handler {
	return func(c *site.Call) error {
		r := m.room(c.Path("edition"))
		if r == nil || m.Now() < r.Opens() {
			return do(c)
		}
		if _, err := m.Admitted(c); err != nil {
			if fault.KindOf(err) != fault.Forbidden {
				return err
			}
			return c.Redirect("/e/" + c.Path("edition") + "/entry/room")
		}
		return do(c)
	}
}

// admitted makes an order the one of the browser's admission (case 52). A waiting
// room that could not be opened lets nobody through.
func (m *Room) admitted(c *site.Call, s *stand, a sale.Ask) (sale.Ask, error) {
	if s.Catalogue.Mode == sale.WaitingRoom && m.Rooms != nil && m.room(s.Edition.ID) == nil {
		return a, fault.New(fault.Unavailable, "sale.room_shut", nil)
	}
	admission, err := m.Admitted(c)
	if err != nil {
		return a, err
	}
	return admission.Of(a), nil
}

func cookieOf(c *site.Call, name string) string {
	k, err := c.R.Cookie(name)
	if err != nil {
		return ""
	}
	return k.Value
}

func (m *Room) setCookie(c *site.Call, s *stand, name, value string, life time.Duration) {
	http.SetCookie(c.W, &http.Cookie{Name: name, Value: value, Path: s.Base(), MaxAge: int(life / time.Second), HttpOnly: true,
		Secure: m.secure(c.R), SameSite: http.SameSiteLaxMode})
}

// roomView is somebody's stand in the waiting room.
type roomView struct {
	*stand
	Place      sale.RoomPlace // State "" = not in it
	Opens      race.Instant
	Pace       int
	Commitment string
	Refresh    int // seconds until the page asks again
	Proved     bool
	Rule       procedure
}

// Shown is the state of the place as a word: "" of who has none.
func (v roomView) Shown() string { return string(v.Place.State) }

// Minutes are those of the wait, rounded up.
func (v roomView) Minutes() int { return int((v.Place.Wait + time.Minute - 1) / time.Minute) }

// here finds an edition's room and how the caller stands in it.
func (m *Room) here(c *site.Call) (*sale.Room, roomView, error) {
	private(c)
	s, err := m.recent(c)
	if err != nil {
		return nil, roomView{}, err
	}
	r := m.room(s.Edition.ID)
	if r == nil {
		return nil, roomView{}, site.NoSuchPage()
	}
	v := roomView{stand: s, Opens: r.Opens(), Pace: r.Pace(), Commitment: r.Commitment(), Proved: s.Now >= r.Opens()}
	if p, err := r.Place(cookieOf(c, ticketCookie)); err == nil {
		v.Place = p
	}
	v.Refresh = v.refresh()
	return r, v, nil
}

// stands are what the pages of the waiting room know of each sale: read once a
// second for all who wait, so that each of them is answered from memory.
type stands struct {
	mu   sync.Mutex
	made map[string]*stand
}

// recent is the stand of the call's edition, at most a second old.
func (m *Room) recent(c *site.Call) (*stand, error) {
	id, now := c.Path("edition"), m.Now()
	m.stands.mu.Lock()
	s := m.stands.made[id]
	m.stands.mu.Unlock()
	if s == nil || now < s.Now || now.Sub(s.Now) >= time.Second {
		var err error
		if s, err = m.stand(c, "entry"); err != nil {
			return nil, err
		}
		m.stands.mu.Lock()
		if m.stands.made == nil {
			m.stands.made = map[string]*stand{}
		}
		m.stands.made[id] = s
		m.stands.mu.Unlock()
	}
	own := *s
	own.Now = now
	return &own, nil
}

// refresh is how soon the page asks again: often when the turn is near, never so
// seldom that somebody seems to be away.
func (v roomView) refresh() int {
	left := v.Place.Wait
	if v.Place.State == sale.RoomEarly {
		left = v.Opens.Sub(v.Now)
	}
	switch {
	case left < time.Minute:
		return 5
	case left < 5*time.Minute:
		return 15
	}
	return 30
}

// RoomPage answers GET /e/{edition}/entry/room: the rule before anybody waits, and
// then the place, the pace and the time it takes.
func (m *Room) RoomPage(c *site.Call) error {
	r, v, err := m.here(c)
	if err != nil {
		return err
	}
	switch {
	case v.Phase() != "soon" && v.Phase() != "open", v.Place.State == "" && v.Now < r.From():
		return c.Redirect(v.Base() + "/entry")
	case v.Place.State == sale.RoomAdmitted:
		m.setCookie(c, v.stand, admissionCookie, v.Place.Admission, v.Place.Until.Sub(v.Now))
	}
	v.Rule = v.procedure(c, m)
	return c.Render(200, "wait_room", c.T("fair.room.title"), v)
}

// RoomPart answers GET /e/{edition}/entry/room/part: the place alone, for the page
// that asks again by itself. When something else is to be said, the whole page is
// loaded.
func (m *Room) RoomPart(c *site.Call) error {
	_, v, err := m.here(c)
	if err != nil {
		return err
	}
	if v.Shown() != c.Query("state") {
		c.W.Header().Set("HX-Refresh", "true")
	}
	return c.Part("wait_room", "room-place", v)
}

// RoomEnter answers POST /e/{edition}/entry/room.
func (m *Room) RoomEnter(c *site.Call) error {
	r, v, err := m.here(c)
	if err != nil {
		return err
	}
	ticket, err := r.Enter(c.R.Context(), cookieOf(c, ticketCookie))
	if fault.CodeOf(err) == "sale.room_early" {
		return c.Redirect(v.Base() + "/entry")
	}
	if err != nil {
		return err
	}
	m.setCookie(c, v.stand, ticketCookie, ticket, 7*24*time.Hour)
	return c.Redirect(v.Base() + "/entry/room")
}

// RoomProof answers GET /e/{edition}/entry/room/proof.json, from the opening on.
func (m *Room) RoomProof(c *site.Call) error {
	r := m.room(c.Path("edition"))
	if r == nil {
		return site.NoSuchPage()
	}
	p, err := r.Proof()
	if err != nil {
		return err
	}
	c.W.Header().Set("Cache-Control", "public, max-age=3600")
	return c.JSON(200, p)
}

// procedure is how places are given, in the reader's words.
type procedure struct {
	Mode  sale.Mode
	Lines []string
}

// procedure says the rule of the sale before anybody waits for anything.
func (s *stand) procedure(c *site.Call, m *Room) procedure {
	k := s.Catalogue
	p := procedure{Mode: k.Mode}
	say := func(key string, pairs ...any) { p.Lines = append(p.Lines, c.T(key, pairs...)) }
	switch r := m.room(s.Edition.ID); {
	case k.Mode == sale.Draw:
		say("fair.rule.draw.1", "until", s.when(c, k.DrawClosesAt()))
		if k.Draw.Weight == "persons" {
			say("fair.rule.draw.persons")
		} else {
			say("fair.rule.draw.entry")
		}
		say("fair.rule.draw.2")
		if public := k.Draw.Public.In(string(c.Tag)); public != "" {
			say("fair.rule.draw.public", "source", public)
		}
		say("fair.rule.draw.3")
	case r != nil:
		say("fair.rule.room.1", "from", s.when(c, r.From()))
		say("fair.rule.room.2")
		say("fair.rule.room.3", "n", r.Pace())
		say("fair.rule.room.4", "stay", span(c, k.Room.Stay.D()))
		say("fair.rule.room.5")
	default:
		say("fair.rule.first.1")
	}
	if k.Mode != sale.Draw {
		say("fair.rule.hold", "soft", span(c, k.Hold.Soft.D()))
	}
	say("fair.rule.persons", "n", k.Limit.Persons)
	return p
}

// when is an instant in the sale's zone, with the zone's name.
func (s *stand) when(c *site.Call, i race.Instant) string {
	return c.T("fair.when", "day", site.Date(c.Printer, i.In(s.Zone).Format(time.DateOnly)), "time", i.In(s.Zone).Format("15:04"), "zone", s.ZoneName())
}

// ZoneName is the offset of the sale's zone when it opens: "UTC+9".
func (s *stand) ZoneName() string {
	_, offset := s.Catalogue.OpensAt().In(s.Zone).Zone()
	sign := "+"
	if offset < 0 {
		sign, offset = "−", -offset
	}
	name := "UTC" + sign + strconv.Itoa(offset/3600)
	if minutes := offset / 60 % 60; minutes > 0 {
		name += ":" + strconv.Itoa(minutes)
	}
	return name
}

// span is a length of time in its largest whole unit.
func span(c *site.Call, d time.Duration) string {
	switch {
	case d >= 48*time.Hour && d%(24*time.Hour) == 0:
		return c.T("fair.days", "n", int(d/(24*time.Hour)))
	case d >= time.Hour && d%time.Hour == 0:
		return c.T("fair.hours", "n", int(d/time.Hour))
	case d >= time.Minute:
		return c.T("fair.minutes", "n", int((d+time.Minute-1)/time.Minute))
	}
	return c.T("fair.seconds", "n", int(d/time.Second))
}

// UntilWhen is the end of an admission.
func (v roomView) UntilWhen() string { return v.hour(v.Place.Until) }

// hour is a time of day in the sale's zone.
func (s *stand) hour(i race.Instant) string {
	return i.In(s.Zone).Format("15:04") + " (" + s.ZoneName() + ")"
}
