package intake

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// WriteReads writes reads as the project's own reads file, which Reads takes in
// again: instants with the offset of a zone and all their decimals.
func WriteReads(w io.Writer, reads []logbook.Read, zone *time.Location) error {
	c := csv.NewWriter(w)
	header := make([]string, len(readColumns))
	for i := range readColumns {
		header[i] = readColumns[i].Name
	}
	if err := c.Write(header); err != nil {
		return err
	}
	for i := range reads {
		r := &reads[i]
		row := []string{readPoint: r.Point, readChip: r.Chip, readBib: r.Bib, readAt: r.At.In(zone).Format(time.RFC3339Nano),
			readBox: r.Box, readEpoch: number(uint64(r.Epoch)), readSeq: number(r.Seq), readAntenna: number(uint64(r.Antenna)), readRSSI: ""}
		if r.RSSI != 0 {
			row[readRSSI] = strconv.Itoa(int(r.RSSI))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// WriteRulings writes rulings as the project's own rulings file, which Rulings
// takes in again under the same ids.
func WriteRulings(w io.Writer, rulings []logbook.Ruling, zone *time.Location) error {
	c := csv.NewWriter(w)
	header := make([]string, len(rulingColumns))
	for i := range rulingColumns {
		header[i] = rulingColumns[i].Name
	}
	if err := c.Write(header); err != nil {
		return err
	}
	at := func(i race.Instant) string {
		if i == 0 {
			return ""
		}
		return i.In(zone).Format(time.RFC3339Nano)
	}
	for _, g := range rulings {
		if err := c.Write([]string{rulingBib: g.Bib, rulingRace: g.Race, rulingKind: string(g.Kind), rulingValue: g.Value,
			rulingRule: g.Rule, rulingNote: g.Note, rulingBy: g.By, rulingID: g.ID, rulingAt: at(g.At)}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
