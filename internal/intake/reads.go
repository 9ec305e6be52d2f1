package intake

import (
	"bytes"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// The columns of a reads file, in the order of readColumns.
const (
	readPoint = iota
	readChip
	readBib
	readAt
	readBox
	readEpoch
	readSeq
	readAntenna
	readRSSI
)

var readColumns = []sheet.Column{
	{Name: "point", Required: true},
	{Name: "chip", Kind: sheet.Code, Required: true, Or: "bib"},
	{Name: "bib", Kind: sheet.Code},
	{Name: "at", Kind: sheet.Time, Required: true},
	{Name: "box"},
	{Name: "epoch", Kind: sheet.Whole},
	{Name: "seq", Kind: sheet.Whole},
	{Name: "antenna", Kind: sheet.Whole},
	{Name: "rssi"},
}

// Reads takes in a file of chip reads: point, chip and at are required, bib may
// stand in place of chip (a hand-kept list: those reads are Manual). Any order
// and duplicates are normal. Unknown chips are kept: scoring lists them. An
// instant more than two days away from the edition's day is kept with a warning:
// the box's clock was wrong, which timing finds. An unknown point, an instant
// without date or offset, and a number that is none are faults.
func Reads(name string, r io.Reader, e *race.Edition, o Options) ([]logbook.Read, *Report, error) {
	t, err := sheet.Open(name, r, sheet.Limits{}, readColumns...)
	if err != nil {
		return nil, &Report{File: name}, err
	}
	in := newReadsIntake(e)
	rep, err := run(t, o, in.take)
	if err != nil {
		return nil, rep, err
	}
	rep.Warnings = append(rep.Warnings, in.doubts.warnings()...)
	if rep.Rows == 0 {
		rep.Warnings = append(rep.Warnings, sheet.At("intake.no_rows", name, 1, "", nil))
	}
	return in.all(), rep, nil
}

type readsIntake struct {
	e      *race.Edition
	clock  instants
	window window
	dated  bool
	points map[string]string // as written, and folded -> id
	texts  interner
	reads  []logbook.Read   // the latest of them
	full   [][]logbook.Read // those before, in pieces: growing one slice would copy it again and again
	doubts tally
}

func newReadsIntake(e *race.Edition) *readsIntake {
	in := &readsIntake{e: e, points: map[string]string{}, texts: interner{}}
	in.window, in.dated = windowOf(e)
	for _, p := range e.Points {
		in.points[strings.ToLower(p.ID)] = p.ID
	}
	for _, p := range e.Points {
		in.points[p.ID] = p.ID
	}
	return in
}

func (in *readsIntake) take(row *sheet.Row) (bad fault.List) {
	var rd logbook.Read
	var ok bool
	if rd.Point, ok = in.points[string(row.Bytes(readPoint))]; !ok {
		if rd.Point, ok = in.points[strings.ToLower(row.Text(readPoint))]; !ok {
			bad = append(bad, in.unknownPoint(row))
		}
	}
	rd.Chip = in.texts.of(row.Bytes(readChip))
	if bib := row.Bytes(readBib); len(bib) > 0 {
		if rd.Chip == "" {
			rd.Bib, rd.Manual = in.texts.of(bib), true
		} else {
			in.doubts.add("reads.bib_ignored", func() *fault.Error { return row.Bad(readBib, "reads.bib_ignored", nil) })
		}
	}
	if rd.Chip == "" && rd.Bib == "" {
		bad = append(bad, row.Bad(readChip, "reads.no_chip", nil))
	}
	if rd.At, ok = in.clock.parse(row.Bytes(readAt)); !ok {
		value := row.Text(readAt)
		bad = append(bad, row.Bad(readAt, "reads."+lacking(value), fault.Args{"example": example(in.e, value)}))
	} else if in.dated && !in.window.has(rd.At) {
		in.farDate(row)
	}
	rd.Box = in.texts.of(row.Bytes(readBox))
	rd.Epoch = uint32(in.number(row, readEpoch, 32, &bad))
	rd.Seq = in.number(row, readSeq, 64, &bad)
	rd.Antenna = uint8(in.number(row, readAntenna, 8, &bad))
	rd.RSSI = in.rssi(row, &bad)
	if len(bad) == 0 {
		in.keep(rd)
	}
	return bad
}

const piece = 1 << 14

func (in *readsIntake) keep(rd logbook.Read) {
	if len(in.reads) == piece {
		in.full = append(in.full, in.reads)
		in.reads = make([]logbook.Read, 0, piece)
	}
	in.reads = append(in.reads, rd)
}

func (in *readsIntake) all() []logbook.Read {
	if len(in.full) == 0 {
		return in.reads
	}
	return slices.Concat(append(in.full, in.reads)...)
}

func (in *readsIntake) unknownPoint(row *sheet.Row) *fault.Error {
	ids := pointIDs(in.e)
	args := fault.Args{"known": strings.Join(ids, ", ")}
	if near := sheet.Nearest(row.Text(readPoint), ids); near != "" {
		args["near"] = near
		return row.Bad(readPoint, "reads.unknown_point_near", args)
	}
	return row.Bad(readPoint, "reads.unknown_point", args)
}

// farDate counts the reads of a box whose clock was days off.
func (in *readsIntake) farDate(row *sheet.Row) {
	box := row.Text(readBox)
	code := "reads.far_date"
	if box != "" {
		code = "reads.far_date_box"
	}
	in.doubts.add(code+" "+box, func() *fault.Error {
		return row.Bad(readAt, code, fault.Args{"box": sheet.Show(box), "date": in.e.Date})
	})
}

func (in *readsIntake) number(row *sheet.Row, col, bits int, bad *fault.List) uint64 {
	b := row.Bytes(col)
	if len(b) == 0 {
		return 0
	}
	var n uint64
	if len(b) <= 18 {
		for _, c := range b {
			if c < '0' || c > '9' {
				*bad = append(*bad, in.badNumber(row, col, bits))
				return 0
			}
			n = n*10 + uint64(c-'0')
		}
		if bits == 64 || n < 1<<bits {
			return n
		}
	}
	n, err := strconv.ParseUint(string(b), 10, bits)
	if err != nil {
		*bad = append(*bad, in.badNumber(row, col, bits))
		return 0
	}
	return n
}

func (in *readsIntake) badNumber(row *sheet.Row, col, bits int) *fault.Error {
	return row.Bad(col, "reads.bad_number", fault.Args{"most": strconv.FormatUint(1<<(bits-1)-1+1<<(bits-1), 10)})
}

// rssi is in dBm, whole numbers from -128 to 127; decimals are rounded.
func (in *readsIntake) rssi(row *sheet.Row, bad *fault.List) int8 {
	b := row.Bytes(readRSSI)
	if len(b) == 0 {
		return 0
	}
	if n, err := strconv.ParseInt(string(b), 10, 8); err == nil {
		return int8(n)
	}
	f, err := strconv.ParseFloat(string(bytes.Replace(b, []byte(","), []byte("."), 1)), 64)
	if err != nil || !(f >= -128 && f <= 127) {
		*bad = append(*bad, row.Bad(readRSSI, "reads.bad_rssi", nil))
		return 0
	}
	return int8(math.Round(f))
}

func pointIDs(e *race.Edition) []string {
	ids := make([]string, len(e.Points))
	for i, p := range e.Points {
		ids[i] = p.ID
	}
	return ids
}
