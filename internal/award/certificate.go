// Package award decides who is given a certificate and what stands on it. It is
// pure: no clock, no key and no address of its own. Package pdf draws it.
package award

import (
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// Certificate is everything that stands on a finisher's certificate, in the
// words and the language of its reader. It is a value: nothing in it is looked
// up when it is drawn.
type Certificate struct {
	Lang        lang.Tag
	Code        Code
	URL         string // of the verification page
	Version     int    // of the certificate, from 1: rises when it is reissued
	State       results.State
	Revision    int          // of the list it was read from, 0 = none published yet
	At          race.Instant // of that revision; also the file's date. 0 = unknown
	Name        string       // as the runner writes it, never reordered or romanised
	Bib         string
	Country     string // IOC code, "" = unknown
	Category    string // name of the age group, "" = none
	Club        string
	Event       string
	Place       string // where the event was held, "" = not given
	Date        string // of the event, in the reader's words
	RaceID      string
	Race        string // its name
	Distance    string // "42.195 km" in the reader's notation
	Time        Time   // the one the list is ranked by
	Other       *Time  // the other of gun and net; nil if it is not known
	Places      []Place
	Provisional bool // everything that is not official is marked
	Note        string
	Medal       *Medal // nil on a finisher's certificate
}

// Time is one clock time of a finisher.
type Time struct {
	Basis race.Basis
	Clock string // h:mm:ss, rounded up once
}

// Place is one place of a finisher: of all, of the sex, of the age group.
type Place struct {
	Among string // "all", "sex" or "category"
	Label string
	Place int
	Of    int // finishers with a place in the same list; 0 = not known
}

// Options are what an Issuer needs beside the list. Key and Base must be set.
type Options struct {
	Lang    lang.Tag
	Key     []byte // of the codes; whoever has it can make codes
	Base    string // of the verification page; the code is appended: "https://run.example/verify/"
	Version int    // 0 means 1
}

// Issuer makes the certificates of one revision of one race's list. It is
// immutable and safe for concurrent use.
type Issuer struct {
	edition  *race.Edition
	race     *race.Race
	revision results.Revision
	opt      Options
	say      *lang.Printer
	count    map[string]int
	category map[string]string
	date     string
}

// NewIssuer prepares the certificates of a revision: its head counts are taken
// once. A revision with number 0 is a list that was not published; what is made
// of it is marked as provisional. Faults: award.race_unknown, award.key_missing,
// award.date.
func NewIssuer(e *race.Edition, rev results.Revision, opt Options) (*Issuer, error) {
	r := e.Race(rev.Race)
	if r == nil {
		return nil, fault.New(fault.NotFound, "award.race_unknown", fault.Args{"race": rev.Race, "edition": e.ID})
	}
	if len(opt.Key) < 16 {
		return nil, fault.New(fault.Invalid, "award.key_missing", fault.Args{"want": 16})
	}
	day, err := time.Parse(time.DateOnly, e.Date)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "award.date", err, fault.Args{"date": e.Date, "edition": e.ID}).On("date")
	}
	opt.Version = max(opt.Version, 1)
	say := lang.For(opt.Lang)
	opt.Lang = say.Tag
	i := &Issuer{e, r, rev, opt, say, count(rev.Rows), map[string]string{}, Date(say, day)}
	for _, c := range e.Categories {
		if i.category[c.ID] = c.Name; c.Name == "" {
			i.category[c.ID] = c.ID
		}
	}
	return i, nil
}

// count takes the head counts behind "12 of 400": of all, of each sex and of
// each age group, of those who have a place there.
func count(rows []results.Row) map[string]int {
	n := map[string]int{}
	for i := range rows {
		r := &rows[i]
		if r.Place > 0 {
			n["all"]++
		}
		if r.PlaceSex > 0 {
			n["sex "+string(r.Sex)]++
		}
		if r.PlaceCategory > 0 {
			n["category "+r.Category]++
		}
	}
	return n
}

// Code is the code of a bib's certificate, whether or not it is given one.
func (i *Issuer) Code(bib string) Code {
	return CodeOf(i.opt.Key, i.edition.ID, i.race.ID, bib, i.revision.Number, i.opt.Version)
}

// Certificate is the certificate of one row of the list. Only who finished with
// a time is given one. Faults: award.not_finished (with the status),
// award.no_time, award.name_missing, award.race_other.
func (i *Issuer) Certificate(row results.Row) (Certificate, error) {
	if err := i.refuse(row); err != nil {
		return Certificate{}, err
	}
	c := Certificate{
		Lang: i.opt.Lang, Code: i.Code(row.Bib), Version: i.opt.Version,
		State: i.revision.State, Revision: i.revision.Number, At: i.revision.At,
		Name: strings.TrimSpace(row.PrintedName), Bib: row.Bib, Country: row.Country,
		Category: i.categoryName(row.Category), Club: row.Club,
		Event: i.edition.Name, Place: i.edition.Place, Date: i.date, Note: i.edition.Note,
		RaceID: i.race.ID, Race: i.race.Name, Distance: Distance(i.say, i.race.DistanceM),
		Provisional: i.revision.State != results.Official,
	}
	c.URL = i.opt.Base + c.Code.Show()
	c.Time, c.Other = i.times(row)
	c.Places = i.places(row)
	return c, nil
}

// All makes the certificates of every row that is given one, in list order, and
// says of each other finisher why there is none.
func (i *Issuer) All() ([]Certificate, fault.List) {
	var out []Certificate
	var refused fault.List
	for _, row := range i.revision.Rows {
		if row.Status != scoring.Finished {
			continue
		}
		c, err := i.Certificate(row)
		if err != nil {
			refused = append(refused, err.(*fault.Error))
			continue
		}
		out = append(out, c)
	}
	return out, refused
}

func (i *Issuer) refuse(row results.Row) error {
	args := fault.Args{"bib": row.Bib}
	switch {
	case row.Race != "" && row.Race != i.race.ID:
		args["race"] = row.Race
		return fault.New(fault.NotFound, "award.race_other", args).On("race")
	case row.Status == scoring.FinishedNoTime:
		return fault.New(fault.Conflict, "award.no_time", args).On("status")
	case row.Status != scoring.Finished:
		args["status"] = i.say.T("award.status." + string(row.Status))
		return fault.New(fault.Conflict, "award.not_finished", args).On("status")
	case row.GunTime == "" && row.NetTime == "":
		return fault.New(fault.Conflict, "award.no_time", args).On("gun_time")
	case strings.TrimSpace(row.PrintedName) == "":
		return fault.New(fault.Conflict, "award.name_missing", args).On("printed_name")
	}
	return nil
}

// times puts the time the list is ranked by first. A net time that was counted
// from the gun because the start was not seen is no net time: it is not shown.
func (i *Issuer) times(row results.Row) (Time, *Time) {
	gun, net := Time{race.Gun, row.GunTime}, Time{race.Net, row.NetTime}
	for _, f := range row.Flags {
		if f == string(scoring.FlagNetUnavailable) && gun.Clock != "" {
			net.Clock = ""
		}
	}
	basis := i.revision.Basis
	if basis == "" {
		basis = i.race.RankBy
	}
	first, second := gun, net
	if basis == race.Net {
		first, second = net, gun
	}
	switch {
	case first.Clock == "":
		return second, nil
	case second.Clock == "":
		return first, nil
	}
	return first, &second
}

func (i *Issuer) places(row results.Row) []Place {
	var out []Place
	add := func(among string, place results.Place, label, key string) {
		if place > 0 {
			out = append(out, Place{among, label, int(place), i.count[key]})
		}
	}
	add("all", row.Place, i.say.T("award.place.all"), "all")
	if row.Sex == race.Female || row.Sex == race.Male || row.Sex == race.Mixed {
		add("sex", row.PlaceSex, i.say.T("award.place.sex."+string(row.Sex)), "sex "+string(row.Sex))
	}
	if name := i.categoryName(row.Category); name != "" {
		add("category", row.PlaceCategory, name, "category "+row.Category)
	}
	return out
}

func (i *Issuer) categoryName(id string) string {
	if name, ok := i.category[id]; ok {
		return name
	}
	return id
}
