package intake

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// The columns of a start list, in the order of startColumns.
const (
	startBib = iota
	startChip
	startRace
	startWave
	startFamily
	startGiven
	startPrinted
	startSex
	startBirth
	startAge
	startCountry
	startClass
	startClub
	startTeam
	startResident
	startPartner
)

var startColumns = []sheet.Column{
	{Name: "bib", Kind: sheet.Code, Required: true},
	{Name: "chip", Kind: sheet.Code, Even: true},
	{Name: "race", Required: true},
	{Name: "wave"},
	{Name: "family_name"},
	{Name: "given_name"},
	{Name: "printed_name"},
	{Name: "sex", Required: true},
	{Name: "birth_date", Kind: sheet.Date},
	{Name: "age", Kind: sheet.Whole},
	{Name: "country"},
	{Name: "class"},
	{Name: "club"},
	{Name: "team"},
	{Name: "resident"},
	{Name: "partner"},
}

// StartList takes in a start list: bib, race and sex are required. Bibs and
// chips are compared as the edition says; a bib twice and a chip on two bibs are
// faults that name both lines. A start list without a starter is refused: it
// would take everybody out. With KeepGoing the first of two rows in conflict is
// taken.
func StartList(name string, r io.Reader, e *race.Edition, o Options) (race.StartList, *Report, error) {
	t, err := sheet.Open(name, r, sheet.Limits{}, startColumns...)
	if err != nil {
		return nil, &Report{File: name}, err
	}
	in := &startIntake{e: e, bibs: map[string]int{}, chips: map[string]holder{}, texts: interner{}}
	rep, err := run(t, o, in.take)
	if err != nil {
		return nil, rep, err
	}
	if len(in.list) == 0 {
		return nil, rep, sheet.At("startlist.empty", name, 1, "", nil)
	}
	rep.Warnings = append(rep.Warnings, in.doubts.warnings()...)
	return in.list, rep, nil
}

// holder is who has a chip, and in which line it says so.
type holder struct {
	bib  string
	line int
}

type startIntake struct {
	e      *race.Edition
	bibs   map[string]int // by key, the line
	chips  map[string]holder
	texts  interner
	list   race.StartList
	doubts tally
}

func (in *startIntake) take(row *sheet.Row) (bad fault.List) {
	s := race.Starter{Bib: row.Text(startBib), Class: race.Open}
	in.bib(row, s.Bib, &bad)
	s.Chips = in.chipCodes(row, s.Bib, &bad)
	s.Race, s.Wave = in.raceAndWave(row, &bad)
	s.Person.Sex = in.sex(row, &bad)
	in.age(row, &s.Person, &bad)
	s.Person.Country = in.country(row, &bad)
	if class := strings.ToLower(row.Text(startClass)); class != "" {
		s.Class = race.Class(in.texts.of([]byte(class)))
	}
	s.Person.Name = race.Name{
		Printed: in.name(row, startPrinted, &bad), Family: in.name(row, startFamily, &bad), Given: in.name(row, startGiven, &bad)}
	if s.Person.Name.Show() == "" && len(bad) == 0 {
		in.doubts.add("startlist.no_name", func() *fault.Error { return row.Bad(startBib, "startlist.no_name", nil) })
	}
	s.Person.Club = in.texts.of([]byte(in.name(row, startClub, &bad)))
	s.Person.Resident = in.resident(row, &bad)
	s.Team = in.texts.of([]byte(in.name(row, startTeam, &bad)))
	s.Partner = in.texts.of([]byte(in.name(row, startPartner, &bad)))
	if len(bad) > 0 {
		return bad
	}
	in.bibs[in.e.Bib.Key(s.Bib)] = row.Line
	for _, c := range s.Chips {
		in.chips[race.ChipKey(c)] = holder{s.Bib, row.Line}
	}
	in.list = append(in.list, s)
	return nil
}

// plainBib is what a bib may look like: it stands on a runner, in an address
// and in a file name.
var plainBib = regexp.MustCompile(`^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,14}[\p{L}\p{N}])?$`)

func (in *startIntake) bib(row *sheet.Row, bib string, bad *fault.List) {
	switch line, twice := in.bibs[in.e.Bib.Key(bib)]; {
	case bib == "":
		*bad = append(*bad, row.Bad(startBib, "startlist.no_bib", nil))
	case twice:
		*bad = append(*bad, row.Bad(startBib, "startlist.bib_twice", fault.Args{"other_line_raw": line}))
	case !plainBib.MatchString(bib):
		*bad = append(*bad, row.Bad(startBib, "startlist.bad_bib", nil))
	}
}

// chipCodes are separated by spaces; the same code twice in one cell is one.
func (in *startIntake) chipCodes(row *sheet.Row, bib string, bad *fault.List) []string {
	var out []string
	for _, c := range strings.Fields(row.Text(startChip)) {
		key := race.ChipKey(c)
		if other, taken := in.chips[key]; taken {
			*bad = append(*bad, row.Bad(startChip, "startlist.chip_on_two_bibs", fault.Args{
				"value": sheet.Show(c), "bib": sheet.Show(bib), "other_bib": sheet.Show(other.bib), "other_line_raw": other.line}))
			continue
		}
		known := false
		for _, o := range out {
			known = known || race.ChipKey(o) == key
		}
		if !known {
			out = append(out, c)
		}
	}
	return out
}

func (in *startIntake) raceAndWave(row *sheet.Row, bad *fault.List) (raceID, wave string) {
	id := row.Text(startRace)
	r := findRace(in.e, id)
	if r == nil {
		*bad = append(*bad, unknownRace(in.e, row, startRace, id))
		return "", ""
	}
	w := row.Text(startWave)
	if w == "" && len(r.Waves) > 1 {
		*bad = append(*bad, row.Bad(startWave, "startlist.no_wave", fault.Args{"race": r.ID, "known": waveIDs(r)}))
		return r.ID, ""
	}
	if w == "" && len(r.Waves) == 0 {
		return r.ID, ""
	}
	if found := r.Wave(w); found != nil {
		return r.ID, found.ID
	}
	for i := range r.Waves {
		if strings.EqualFold(r.Waves[i].ID, w) {
			return r.ID, r.Waves[i].ID
		}
	}
	*bad = append(*bad, row.Bad(startWave, "startlist.unknown_wave", fault.Args{"race": r.ID, "known": waveIDs(r)}))
	return r.ID, ""
}

// findRace finds a race by its id, if need be without regard to case.
func findRace(e *race.Edition, id string) *race.Race {
	if r := e.Race(id); r != nil || id == "" {
		return r
	}
	for i := range e.Races {
		if strings.EqualFold(e.Races[i].ID, id) {
			return &e.Races[i]
		}
	}
	return nil
}

func unknownRace(e *race.Edition, row *sheet.Row, col int, id string) *fault.Error {
	ids := make([]string, len(e.Races))
	for i, r := range e.Races {
		ids[i] = r.ID
	}
	args := fault.Args{"known": strings.Join(ids, ", ")}
	if id == "" {
		return row.Bad(col, "startlist.no_race", args)
	}
	if near := sheet.Nearest(id, ids); near != "" {
		args["near"] = near
		return row.Bad(col, "startlist.unknown_race_near", args)
	}
	return row.Bad(col, "startlist.unknown_race", args)
}

func waveIDs(r *race.Race) string {
	ids := make([]string, len(r.Waves))
	for i, w := range r.Waves {
		ids[i] = w.ID
	}
	return strings.Join(ids, ", ")
}

func (in *startIntake) sex(row *sheet.Row, bad *fault.List) race.Sex {
	switch string(row.Bytes(startSex)) {
	case "M", "m":
		return race.Male
	case "F", "f":
		return race.Female
	case "X", "x":
		return race.Mixed
	}
	*bad = append(*bad, row.Bad(startSex, "startlist.bad_sex", nil))
	return ""
}

// resident is "" where the list does not say.
func (in *startIntake) resident(row *sheet.Row, bad *fault.List) race.Residency {
	switch r := race.Residency(strings.ToLower(row.Text(startResident))); r {
	case "", race.Resident, race.Visitor:
		return r
	}
	*bad = append(*bad, row.Bad(startResident, "startlist.bad_resident", nil))
	return ""
}

// The ages that are believed. Outside of oldest and youngest they are refused,
// outside of the usual ones a warning asks to look again.
const (
	youngest, oldest           = 1, 120
	youngestUsual, oldestUsual = 5, 100
)

var yearFirst = regexp.MustCompile(`^([0-9]{4})[-./년年]\s?([0-9]{1,2})[-./월月]\s?([0-9]{1,2})[.일日]?$`)

// age reads birth date and age. The birth date decides where both stand; the
// age that is kept is that of race day.
func (in *startIntake) age(row *sheet.Row, p *race.Person, bad *fault.List) {
	given := 0
	if v := row.Text(startAge); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < youngest || n > oldest {
			*bad = append(*bad, row.Bad(startAge, "startlist.bad_age", nil))
		} else {
			given = n
		}
	}
	p.Age = given
	if v := row.Text(startBirth); v != "" {
		date, computed, code := in.birth(v)
		if code != "" {
			*bad = append(*bad, row.Bad(startBirth, code, fault.Args{"date": in.e.Date, "age": computed}))
			return
		}
		p.BirthDate, p.Age = date, computed
		if given != 0 && given != computed {
			in.doubts.add("startlist.age_differs", func() *fault.Error {
				return row.Bad(startAge, "startlist.age_differs", fault.Args{"birth": date, "age": computed})
			})
		}
	}
	if p.Age != 0 && (p.Age < youngestUsual || p.Age > oldestUsual) {
		col := startAge
		if p.BirthDate != "" {
			col = startBirth
		}
		in.doubts.add("startlist.unusual_age", func() *fault.Error {
			return row.Bad(col, "startlist.unusual_age", fault.Args{"age": p.Age})
		})
	}
}

// birth reads a day whose year stands first, which is the only order that
// cannot be mistaken, and gives it as YYYY-MM-DD with the age on race day.
func (in *startIntake) birth(v string) (date string, age int, code string) {
	m := yearFirst.FindStringSubmatch(v)
	if m == nil {
		return "", 0, "startlist.bad_birth_date"
	}
	t, err := time.Parse("2006-1-2", m[1]+"-"+m[2]+"-"+m[3])
	if err != nil {
		return "", 0, "startlist.no_such_day"
	}
	date = t.Format(time.DateOnly)
	age, err = race.AgeOn(date, in.e.Date)
	switch {
	case fault.CodeOf(err) == "person.born_later":
		return "", 0, "startlist.born_later"
	case err != nil:
		return date, 0, ""
	case age < youngest || age > oldest:
		return "", age, "startlist.birth_age"
	}
	return date, age, ""
}

// formerIOC are codes the IOC used until lately, with those it uses now.
var formerIOC = map[string]string{"SIN": "SGP", "TRI": "TTO", "LIB": "LBN", "ROM": "ROU", "HOL": "NED", "BIR": "MYA"}

// country reads an IOC code. An ISO code that is nobody's IOC code can mean only
// one country: it is taken, with a warning, as that country's IOC code, or as it
// stands for a territory the IOC has no code for.
func (in *startIntake) country(row *sheet.Row, bad *fault.List) race.Country {
	code := strings.ToUpper(row.Text(startCountry))
	if code == "" {
		return race.Country{}
	}
	if _, ok := race.Lookup(race.IOCCode(code)); ok {
		return race.IOCCode(in.texts.of([]byte(code)))
	}
	if now, ok := formerIOC[code]; ok {
		in.doubts.add("startlist.former_country "+code, func() *fault.Error {
			return row.Bad(startCountry, "startlist.former_country", fault.Args{"now": now})
		})
		return race.IOCCode(now)
	}
	n, ok := race.FromISO(code)
	if !ok {
		*bad = append(*bad, row.Bad(startCountry, "startlist.unknown_country", nil))
		return race.Country{}
	}
	doubt := "startlist.no_ioc_code"
	if n.IOC != "" {
		doubt = "startlist.iso_country"
	}
	in.doubts.add(doubt+" "+code, func() *fault.Error {
		return row.Bad(startCountry, doubt, fault.Args{"ioc": n.IOC, "name": n.English})
	})
	return n.Country()
}

// longestName bounds names and clubs, in letters.
const longestName = 200

// name reads a text people see: in composed form (Unicode NFC, the same letters
// to the eye), control characters as spaces. Nothing else is changed.
func (in *startIntake) name(row *sheet.Row, col int, bad *fault.List) string {
	b := row.Bytes(col)
	if len(b) == 0 {
		return ""
	}
	text := string(norm.NFC.Bytes(b))
	if strings.ContainsFunc(text, unicode.IsControl) {
		text = strings.Join(strings.FieldsFunc(text, func(c rune) bool { return unicode.IsControl(c) || c == ' ' }), " ")
	}
	if len([]rune(text)) > longestName {
		*bad = append(*bad, row.Bad(col, "startlist.long_name", fault.Args{"most": longestName}))
	}
	return text
}
