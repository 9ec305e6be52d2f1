package intake

import (
	"bytes"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/sheet"
)

// role is what a column of a foreign table means, whatever it is called.
type role uint8

const (
	inPoint role = iota
	inBox
	inBoxName
	inLoop
	inChip
	inBib
	inInstant
	inDate
	inTime
	inRSSI
	inHits
	inNumber
	inFile
	inAntenna
	inActive
	inPlace
	inTag // the fields that only lines of logs have
	inChecksum
	inKind
	roles
)

// String is the role's name in faults about lines without a header.
func (r role) String() string {
	return [...]string{"point", "box", "box name", "loop", "chip", "bib", "at", "date", "time", "rssi", "hits",
		"number", "file number", "antenna", "active", "place", "tag", "checksum", "kind"}[r]
}

// titles are what other systems call their columns, in English, German, Korean
// and Chinese. They are compared as package sheet compares: without regard to
// case, spaces, "_" and "-". Of several that a file has, the first counts.
var titles = [roles][]string{
	inPoint:   {"point", "timing point", "location", "split", "Messpunkt", "Messstelle", "Zeitnahmepunkt", "Ort", "지점", "计时点"},
	inBox:     {"box", "box id", "device id", "device", "decoder id", "decoder", "reader id", "reader", "reader mac", "mac", "Gerät", "Geräte-ID", "Decoder-Nr", "계측기", "计时盒"},
	inBoxName: {"box name", "device name", "decoder name", "reader name", "Gerätename"},
	inLoop:    {"loop id", "loop", "channel id", "channel", "Schleife", "Schleifen-ID", "Kanal", "Kanal-ID"},
	inChip:    {"chip", "chip code", "chip id", "transponder", "transponder code", "bib/transpcode", "bib/transponder", "transp code", "tag", "tag id", "tag code", "epc", "Transpondercode", "Transpondernummer", "Chipcode", "Chipnummer", "칩", "芯片"},
	inBib:     {"bib", "bib number", "bib no", "start number", "startnumber", "race number", "Startnummer", "Startnr", "StNr", "배번", "번호", "号码", "号码布", "参赛号"},
	inInstant: {"at", "timestamp", "date time", "datetime", "date/time", "utc time", "Zeitstempel", "Zeitpunkt", "Datum/Zeit", "Datum/Uhrzeit", "일시", "日期时间"},
	inDate:    {"date", "day", "Datum", "날짜", "日期"},
	inTime:    {"time", "time of day", "tod", "clock time", "finish time", "finish", "gun time", "result", "chip time", "Zeit", "Uhrzeit", "Tageszeit", "Zielzeit", "Endzeit", "Ergebnis", "시각", "시간", "기록", "时间", "时刻", "成绩"},
	inRSSI:    {"rssi", "max rssi", "signal", "signal strength", "Signalstärke"},
	inHits:    {"hits", "hit count", "reads", "Treffer", "Lesungen", "Anzahl"},
	inNumber:  {"passing no", "passing number", "passing", "record no", "seq", "sequence", "sequence number", "Passing-Nr", "Durchgang", "Durchgangsnummer", "lfd nr"},
	inFile:    {"file no", "file number", "file", "epoch", "Datei", "Dateinummer", "Datei-Nr"},
	inAntenna: {"antenna", "port", "max rssi antenna", "Antenne"},
	inActive:  {"is active", "active", "Aktiv"},
	inPlace:   {"place", "rank", "position", "pos", "Platz", "Rang", "Platzierung", "순위", "등수", "名次", "排名"},
}

// alias is one title as a column of package sheet.
type alias struct {
	role   role
	column sheet.Column
}

var aliases = func() (out []alias) {
	for r := range roles {
		for _, t := range titles[r] {
			c := sheet.Column{Name: t}
			switch r {
			case inChip, inBib, inBox:
				c.Kind = sheet.Code
			case inDate:
				c.Kind = sheet.Date
			case inInstant, inTime:
				c.Kind = sheet.Time
			}
			out = append(out, alias{r, c})
		}
	}
	return out
}()

func foldTitle(s string) string {
	return strings.NewReplacer(" ", "", "\u00a0", "", "_", "", "-", "", "\t", "", "\ufeff", "").Replace(strings.ToLower(strings.TrimSpace(s)))
}

var roleOfTitle = func() map[string]role {
	m := map[string]role{}
	for _, a := range aliases {
		if _, twice := m[foldTitle(a.column.Name)]; !twice {
			m[foldTitle(a.column.Name)] = a.role
		}
	}
	return m
}()

// tableRow is a row of a table as a record.
type tableRow struct {
	row *sheet.Row
	of  *[roles]int // the column of each role, -1 = none
}

func (t tableRow) get(r role) string {
	if t.of[r] < 0 {
		return ""
	}
	return t.row.Text(t.of[r])
}

func (t tableRow) bad(r role, code string, args fault.Args) *fault.Error {
	if t.of[r] < 0 {
		return t.row.Bad(firstTitle(r), code, args)
	}
	return t.row.Bad(t.of[r], code, args)
}

func firstTitle(r role) int {
	for i, a := range aliases {
		if a.role == r {
			return i
		}
	}
	return 0
}

// open opens the file as a table and finds the column of each role.
func (f *foreign) open() (*sheet.Table, *[roles]int, error) {
	columns := make([]sheet.Column, len(aliases))
	for i, a := range aliases {
		columns[i] = a.column
	}
	t, err := sheet.Open(f.name, bytes.NewReader(f.data), sheet.Limits{}, columns...)
	if err != nil {
		return nil, nil, err
	}
	of := [roles]int{}
	for r := range of {
		of[r] = -1
	}
	for i, a := range aliases {
		if of[a.role] < 0 && t.Has(i) {
			of[a.role] = i
		}
	}
	return t, &of, nil
}

// rows offers every sound row of the table to take.
func (f *foreign) rows(t *sheet.Table, of *[roles]int, take func(record, *sheet.Row) fault.List) error {
	f.rep.Header = t.Header()
	for t.Next() {
		row := t.Row()
		var bad fault.List
		if row.Fault != nil {
			bad = fault.List{row.Fault}
		} else if bad = take(tableRow{row, of}, row); len(bad) > 0 && row.Last {
			bad = append(bad, row.PerhapsCut())
		}
		f.count(bad, row.Line, row.Original)
		if err := f.progress(int(t.Read())); err != nil {
			return err
		}
	}
	f.rep.Warnings = append(f.rep.Warnings, plainWarnings(t.Warnings())...)
	if err := t.Err(); err != nil {
		one, ok := err.(*fault.Error)
		if !ok {
			return err
		}
		f.faults = append(f.faults, one)
	}
	return nil
}

// plainWarnings names the columns that are known by their roles: a list of every
// title in every language would help nobody.
func plainWarnings(list fault.List) fault.List {
	for _, w := range list {
		if w.Code == "sheet.unknown_columns" {
			names := make([]string, 0, roles)
			for r := range roles {
				if len(titles[r]) > 0 {
					names = append(names, titles[r][0])
				}
			}
			w.Args["known"] = strings.Join(names, ", ")
		}
	}
	return list
}

// table takes in a table with a header.
func (f *foreign) table() error {
	t, of, err := f.open()
	if err != nil {
		return err
	}
	if missing := f.missing(t, of); len(missing) > 0 {
		return missing
	}
	if err := f.learnDates(); err != nil {
		return err
	}
	return f.rows(t, of, func(rec record, _ *sheet.Row) fault.List { return f.passing(rec) })
}

func (f *foreign) missing(t *sheet.Table, of *[roles]int) (out fault.List) {
	need := func(code string, any ...role) {
		for _, r := range any {
			if of[r] >= 0 {
				return
			}
		}
		out = append(out, sheet.At(code, f.name, 1, "", fault.Args{"found": sheet.Show(strings.Join(t.Header(), ", "))}))
	}
	need("foreign.no_chip_column", inChip, inBib)
	need("foreign.no_time_column", inInstant, inTime)
	return out
}

// learnDates looks at the dates of the whole table for their order.
func (f *foreign) learnDates() error {
	t, of, err := f.open()
	if err != nil {
		return err
	}
	f.dates.learn(func(yield func(string)) {
		for t.Next() {
			if t.Row().Fault != nil {
				continue
			}
			rec := tableRow{t.Row(), of}
			yield(rec.get(inDate))
			date, _, _ := strings.Cut(rec.get(inInstant), " ")
			yield(strings.TrimRight(date, ","))
		}
	})
	return nil
}

// passing takes one read of a table or of a decoder's file.
func (f *foreign) passing(rec record) (bad fault.List) {
	rd := logbook.Read{Chip: f.texts.of([]byte(rec.get(inChip)))}
	if rd.Chip == "" {
		if rd.Bib = f.texts.of([]byte(rec.get(inBib))); rd.Bib == "" {
			bad = append(bad, rec.bad(inChip, "reads.no_chip", nil))
		}
		rd.Manual = true
		f.doubts.add("foreign.bib_only", func() *fault.Error { return rec.bad(inBib, "foreign.bib_only", nil) })
	}
	at, asked, wrong := f.instant(rec)
	if wrong != nil {
		bad = append(bad, wrong)
	}
	rd.At = at
	box, names := boxOf(rec)
	rd.Box = f.texts.of([]byte(box))
	point, placed := f.place(func(code string, args fault.Args) *fault.Error { return rec.bad(boxRole(rec), code, args) }, names...)
	rd.Point = point
	if bad = append(bad, f.figures(rec, &rd)...); len(bad) > 0 || asked || !placed {
		return bad
	}
	f.keep(rd, func(code string, args fault.Args) *fault.Error {
		if rec.get(inInstant) != "" {
			return rec.bad(inInstant, code, args)
		}
		if rec.get(inDate) != "" {
			return rec.bad(inDate, code, args)
		}
		return rec.bad(inTime, code, args)
	})
	return nil
}

// boxOf is the name of a record's box, and all names its point can be known by.
func boxOf(rec record) (box string, names []string) {
	id, name, loop, point := rec.get(inBox), rec.get(inBoxName), rec.get(inLoop), rec.get(inPoint)
	box = id
	if box == "" {
		box = name
	}
	for _, n := range []string{id, name} {
		if n != "" && loop != "" {
			names = append(names, n+"/"+loop)
		}
	}
	if point != "" { // a point that the other system named says more than a box
		return box, append(append([]string{point}, names...), id, name)
	}
	if box == "" {
		return "", append(names, loop)
	}
	return box, append(names, id, name)
}

func boxRole(rec record) role {
	for _, r := range []role{inPoint, inBox, inBoxName, inLoop} {
		if rec.get(r) != "" {
			return r
		}
	}
	return inBox
}

// figures takes the numbers beside the time. A number within a box's file is a
// number of the read only where both box and file are named: otherwise the next
// file would begin again with the same numbers (rule P6).
func (f *foreign) figures(rec record, rd *logbook.Read) (bad fault.List) {
	whole := func(r role, bits int) uint64 {
		v := rec.get(r)
		if v == "" {
			return 0
		}
		n, err := strconv.ParseUint(v, 10, bits)
		if err != nil {
			bad = append(bad, rec.bad(r, "reads.bad_number", fault.Args{
				"most": strconv.FormatUint(1<<(bits-1)-1+1<<(bits-1), 10)}))
		}
		return n
	}
	if rd.Box != "" && rec.get(inFile) != "" && rec.get(inNumber) != "" {
		rd.Epoch, rd.Seq = uint32(whole(inFile, 32)), whole(inNumber, 64)
	}
	if n, err := strconv.ParseUint(rec.get(inAntenna), 10, 8); err == nil {
		rd.Antenna = uint8(n)
	}
	rd.RSSI = dBm(rec.get(inRSSI), rec.get(inActive) == "1")
	return bad
}

// dBm is a signal strength. RACE RESULT writes dBm as negative numbers; active
// transponders write one byte xGGGLLLL with the 2.4 GHz strength -90+4·G dBm in
// its middle; older passive decoders a figure up to 31 without a unit, which
// stays unknown.
func dBm(v string, active bool) int8 {
	n, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64)
	switch {
	case err != nil || n < -128 || n > 255:
		return 0
	case n < 0:
		return int8(n)
	case active:
		return int8(-90 + int(n)>>4&7*4)
	}
	return 0
}
