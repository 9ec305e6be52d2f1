package intake

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// raceResultLine is a passing of a decoder: number, code, date, time, ….
var raceResultLine = regexp.MustCompile(`^(?:#P[;,\t])?\d+[;,\t][^;,\t]*[;,\t](?:\d{4}-\d\d-\d\d)?[;,\t]\d\d:\d\d:\d\d(?:[.,]\d+)?[;,\t]`)

// raceResultLines reports whether a text is a decoder's file, which has no
// header, rather than a table with one: the rows of both can be alike.
func raceResultLines(data []byte) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(string(data[:min(len(data), longestLine)])), "\n")
	titled := 0
	for _, cell := range strings.FieldsFunc(first, func(c rune) bool { return c == ';' || c == ',' || c == '\t' }) {
		if _, known := roleOfTitle[foldTitle(strings.Trim(cell, "\" \r"))]; known {
			titled++
		}
	}
	return titled < 3 && firstThat(data, raceResultLine.MatchString)
}

// firstThat reports whether one of the first lines is of a kind.
func firstThat(data []byte, is func(string) bool) (found bool) {
	n := 0
	_ = eachLine("", data[:min(len(data), 64<<10)], func(l *textLine, _ int, _ bool) error { // where the text ends badly, reading it will say so
		if n++; n <= 50 && is(l.text) {
			found = true
		}
		return nil
	})
	return found
}

// The fields of a passing, by their number. A record has 20 since protocol 1.6;
// one with 19 lacks the field "loop only"; older ones end earlier.
var (
	raceResultFields = map[role]int{inNumber: 0, inChip: 1, inDate: 2, inTime: 3, inHits: 5, inRSSI: 6, inActive: 8, inLoop: 10}
	raceResultFull   = withBox(16)
	raceResultV1     = withBox(15)
)

// withBox are the fields of a record that names its box, from that field on.
func withBox(name int) map[role]int {
	at := map[role]int{inBoxName: name, inFile: name + 1, inAntenna: name + 2, inBox: name + 3}
	for r, i := range raceResultFields {
		at[r] = i
	}
	return at
}

func (f *foreign) raceResult(l *textLine) fault.List {
	text := strings.TrimPrefix(l.text, "#P")
	if text != l.text {
		text = text[min(1, len(text)):]
	}
	sep := ";"
	if !strings.Contains(text, ";") {
		if sep = "\t"; !strings.Contains(text, "\t") {
			sep = ","
		}
	}
	l.fields = unquoted(strings.Split(text, sep))
	l.at = raceResultFields
	n := len(l.fields)
	if _, err := strconv.ParseUint(l.fields[0], 10, 64); err != nil {
		if n < 7 || !strings.Contains(text, ":") {
			return skip // the answers of a decoder between the passings: GETSTATUS;…
		}
		return fault.List{l.whole("foreign.bad_line", fault.Args{"what": formatName(AsRaceResult)})}
	}
	if n < 7 {
		if n == 2 { // "1345;7": how many passings there are, in which file
			return skip
		}
		return fault.List{l.whole("foreign.few_fields", fault.Args{"what": formatName(AsRaceResult), "found": n, "want": 7})}
	}
	switch {
	case n >= 20:
		l.at = raceResultFull
	case n == 19:
		l.at = raceResultV1
	}
	return f.passing(l)
}

// chronoTrack takes a line of the socket protocol or of SimpleClient:
// CT01_33~sequence~location~tag~time~count~reader~port. CT01_13 has the same
// fields; files have commas in place of the tildes.
func (f *foreign) chronoTrack(l *textLine) fault.List {
	if !chronoTrackLine.MatchString(l.text) {
		if chronoTrackTalk.MatchString(l.text) {
			return skip
		}
		return fault.List{l.whole("foreign.bad_line", fault.Args{"what": formatName(AsChronoTrack)})}
	}
	sep := "~"
	if !strings.Contains(l.text, sep) {
		sep = ","
	}
	l.fields = unquoted(strings.Split(l.text, sep))
	l.at = map[role]int{inNumber: 1, inPoint: 2, inTag: 3, inTime: 4, inBox: 6, inAntenna: 7}
	if len(l.fields) < 8 {
		return fault.List{l.whole("foreign.few_fields", fault.Args{"what": formatName(AsChronoTrack), "found": len(l.fields), "want": 8})}
	}
	tag := l.get(inTag)
	if tag == "newlocation" {
		return skip
	}
	at, asked, wrong := f.chronoTrackTime(l)
	if wrong != nil {
		return fault.List{wrong}
	}
	if tag == "guntime" {
		return f.gunInFile(l, at, asked)
	}
	if tag == "" {
		return fault.List{l.bad(inTag, "reads.no_chip", nil)}
	}
	rd := logbook.Read{Chip: f.texts.of([]byte(tag)), At: at, Box: f.texts.of([]byte(l.get(inBox)))}
	point, placed := f.place(func(code string, args fault.Args) *fault.Error { return l.bad(inPoint, code, args) }, l.get(inPoint), l.get(inBox))
	rd.Point = point
	if n, err := strconv.ParseUint(l.get(inAntenna), 10, 8); err == nil {
		rd.Antenna = uint8(n)
	}
	if !asked && placed {
		f.keep(rd, func(code string, args fault.Args) *fault.Error { return l.bad(inTime, code, args) })
	}
	return nil
}

var (
	chronoTrackLine = regexp.MustCompile(`^CT01_\d\d\s*[~,]`)
	chronoTrackTalk = regexp.MustCompile(`^(?:ack|err|ping|start|stop|init|get[a-z]+)(?:~.*)?$|^[a-z-]+=[^~]*$|^[^~]+~[^~]*~[^~]*$`)
)

// chronoTrackTime reads the four ways a time is written there: of day, as date
// and time, as seconds since 1970, and as milliseconds since midnight.
func (f *foreign) chronoTrackTime(l *textLine) (race.Instant, bool, *fault.Error) {
	v := l.get(inTime)
	bad := func(code string, args fault.Args) *fault.Error { return l.bad(inTime, code, args) }
	if date, clock, ok := strings.Cut(v, "T"); ok {
		if at, ok := f.clock.parse([]byte(v)); ok {
			return at, false, nil
		}
		return f.dateAndTime(date, clock, bad, bad)
	}
	if strings.Contains(v, ":") {
		return f.dateAndTime("", v, bad, bad)
	}
	if ms, err := strconv.ParseUint(v, 10, 32); err == nil && ms < 86_400_000 {
		d, ok := f.fullDay(bad)
		if !ok {
			return 0, true, nil
		}
		at, wrong := f.on(d, time.Duration(ms)*time.Millisecond, bad)
		return at, false, wrong
	}
	if at, ok := epoch(v); ok {
		return at, false, nil
	}
	return 0, false, bad("foreign.bad_clock", nil)
}

// gunInFile names a gun that the other system recorded: it is entered by a
// person, not taken from a file of reads.
func (f *foreign) gunInFile(l *textLine, at race.Instant, asked bool) fault.List {
	if !asked {
		f.rep.Warnings = append(f.rep.Warnings, l.bad(inTime, "foreign.gun", fault.Args{
			"point": sheet.Show(l.get(inPoint)), "at": at.In(f.zone).Format(time.RFC3339Nano)}))
	}
	return skip
}

// chronoTrackRaw takes a tag observation of a controller's file:
// TO,sequence,tag,timer,event,seconds,reader,port,rssi,number,kind,count.
func (f *foreign) chronoTrackRaw(l *textLine) fault.List {
	l.fields = unquoted(strings.Split(l.text, ","))
	l.at = map[role]int{inTag: 2, inTime: 5, inBox: 6, inAntenna: 7, inRSSI: 8, inKind: 10}
	if l.fields[0] != "TO" {
		return fault.List{l.whole("foreign.bad_line", fault.Args{"what": formatName(AsChronoTrackRaw)})}
	}
	if len(l.fields) < 11 {
		return fault.List{l.whole("foreign.few_fields", fault.Args{"what": formatName(AsChronoTrackRaw), "found": len(l.fields), "want": 11})}
	}
	at, ok := epoch(l.get(inTime))
	if !ok {
		return fault.List{l.bad(inTime, "foreign.bad_epoch", nil)}
	}
	rd := logbook.Read{At: at, Box: f.texts.of([]byte(l.get(inBox))), RSSI: dBm(l.get(inRSSI), false)}
	if n, err := strconv.ParseUint(l.get(inAntenna), 10, 8); err == nil {
		rd.Antenna = uint8(n)
	}
	tag := f.texts.of([]byte(l.get(inTag)))
	switch {
	case tag == "":
		return fault.List{l.bad(inTag, "reads.no_chip", nil)}
	case l.get(inKind) == "K": // typed on a keypad: a bib
		rd.Bib, rd.Manual = tag, true
	default:
		rd.Chip = tag
	}
	point, placed := f.place(func(code string, args fault.Args) *fault.Error { return l.bad(inBox, code, args) },
		rd.Box+"/"+l.get(inAntenna), rd.Box)
	if rd.Point = point; placed {
		f.keep(rd, func(code string, args fault.Args) *fault.Error { return l.bad(inTime, code, args) })
	}
	return nil
}

// ipicoLine is a tag report: aa, reader 2, tag 12, counters 4, yymmddhhmmss,
// hundredths in hex 2, checksum 2; then perhaps FS or LS. Trident's readers, whose
// lines are alike, write 00 in place of the checksum, the kind, and the strength.
var ipicoLine = regexp.MustCompile(`^aa([0-9A-Za-z]{2})([0-9A-Fa-f]{12})([0-9A-Fa-f]{4})([0-9]{12})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})(?:(FS|LS)|(FS|LS|BS|RR)([0-9A-Fa-f]{2}))?$`)

func (f *foreign) ipico(l *textLine) fault.List {
	if strings.HasPrefix(l.text, "ab") {
		return skip // control frames, between the reads in a capture
	}
	m := ipicoLine.FindStringSubmatch(l.text)
	if m == nil {
		if !strings.HasPrefix(l.text, "aa") && strings.ContainsRune(l.text, ' ') {
			return skip // the reader's greeting
		}
		return fault.List{l.whole("foreign.bad_ipico", fault.Args{"length": len(l.text)})}
	}
	l.fields = m
	l.at = map[role]int{inBox: 1, inTag: 2, inTime: 4, inChecksum: 6, inKind: 7}
	if m[8] == "" {
		if want := ipicoSum(l.text); !strings.EqualFold(m[6], want) {
			return fault.List{l.bad(inChecksum, "foreign.checksum", fault.Args{"want": want, "line_text": sheet.Show(l.text)})}
		}
	}
	d := inOrder("ymd", m[4][0:2], m[4][2:4], m[4][4:6])
	tod, ok := timeOfDay(fmt.Sprintf("%s:%s:%s", m[4][6:8], m[4][8:10], m[4][10:12]))
	hundredths, err := strconv.ParseUint(m[5], 16, 8)
	if !d.ok() || !ok || err != nil || hundredths > 99 {
		return fault.List{l.bad(inTime, "foreign.bad_clock", nil)}
	}
	at, wrong := f.on(d, tod+time.Duration(hundredths)*10*time.Millisecond, func(code string, args fault.Args) *fault.Error { return l.bad(inTime, code, args) })
	if wrong != nil {
		return fault.List{wrong}
	}
	rd := logbook.Read{Chip: f.texts.of([]byte(m[2])), At: at, Box: f.texts.of([]byte(m[1]))}
	point, placed := f.place(func(code string, args fault.Args) *fault.Error { return l.bad(inBox, code, args) }, rd.Box)
	if rd.Point = point; placed {
		f.keep(rd, func(code string, args fault.Args) *fault.Error { return l.bad(inTime, code, args) })
	}
	return nil
}

// ipicoSum is the checksum of a tag report: the low byte of the sum of the
// characters between the header and the checksum, in hex.
func ipicoSum(line string) string {
	sum := byte(0)
	for i := 2; i < 34; i++ {
		sum += line[i]
	}
	return fmt.Sprintf("%02x", sum)
}

// detect tells the form of a file from its content.
func detect(name string, data []byte) (Format, error) {
	if !isPacked(data) {
		for _, k := range []struct {
			as Format
			is func(string) bool
		}{
			{AsIpico, ipicoLike.MatchString},
			{AsChronoTrack, chronoTrackLine.MatchString},
			{AsChronoTrackRaw, regexp.MustCompile(`^"?TO"?,\s*"?\d`).MatchString},
			{AsRaceResult, raceResultLine.MatchString},
		} {
			if firstThat(data, k.is) {
				return k.as, nil
			}
		}
	}
	t, err := sheet.Open(name, bytes.NewReader(data), sheet.Limits{})
	if err != nil {
		return "", err
	}
	if as := tableForm(t.Header()); as != "" {
		return as, nil
	}
	if !isPacked(data) && headless(data) != nil {
		return AsFinishList, nil
	}
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = string(f)
	}
	return "", fault.List{sheet.At("foreign.unknown_form", name, 1, "", fault.Args{
		"value": sheet.Show(strings.Join(t.Header(), " ")), "known": strings.Join(names, ", ")})}
}

var ipicoLike = regexp.MustCompile(`^aa[0-9A-Za-z]{2}[0-9A-Fa-f]{12}[0-9A-Fa-f]{4}[0-9]{12}`)

// tableForm tells what a header is the header of, "" if of nothing known.
func tableForm(header []string) Format {
	has := map[role]bool{}
	own := map[string]bool{}
	for _, h := range header {
		own[foldTitle(h)] = true
		if r, ok := roleOfTitle[foldTitle(h)]; ok {
			has[r] = true
		}
	}
	who, when := has[inChip] || has[inBib], has[inTime] || has[inInstant]
	where := has[inPoint] || has[inBox] || has[inBoxName] || has[inLoop]
	switch {
	case own["point"] && own["at"] && (own["chip"] || own["bib"]):
		return AsReads
	case has[inChip] && when && (has[inHits] || has[inNumber] && has[inRSSI]):
		return AsRaceResult
	case has[inBib] && !has[inChip] && !where && (when || has[inPlace] || len(header) == 1):
		return AsFinishList
	case who && when:
		return AsTable
	}
	return ""
}
