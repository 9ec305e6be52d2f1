package pay

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// StatementLimit is the largest statement that is read, in bytes.
const StatementLimit = 16 << 20

// Statement is what a file of the bank says.
type Statement struct {
	Kind        string // "camt.053.001.02", "csv"
	Accounts    []string
	Remittances []sale.Remittance // money in, and money in that was taken back
	Out         int               // lines of money out: not looked at
	Pending     int               // lines not booked yet: they come again when they are
	Skipped     int               // rows of a table with neither a date nor an amount
}

// ReadStatement reads a bank's file: camt.053 (XML) or a table (CSV). Faults, all
// Invalid: pay.statement_kind for what is neither, naming what was expected;
// pay.statement_large; what is wrong inside, by line or entry. A statement is read
// whole or not at all.
func ReadStatement(name string, content []byte, l Layout) (*Statement, error) {
	if len(content) > StatementLimit {
		return nil, fault.New(fault.Invalid, "pay.statement_large", fault.Args{"mb": StatementLimit >> 20}).On("file")
	}
	head := bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), " \t\r\n")
	if kind := otherKind(head); kind != "" {
		return nil, notStatement(kind)
	}
	if bytes.HasPrefix(head, []byte("<")) {
		return readCamt(name, head)
	}
	return readCSV(name, content, l)
}

// notStatement names what the file is and what was expected.
func notStatement(found string) error {
	return fault.New(fault.Invalid, "pay.statement_kind", fault.Args{"found": found}).On("file")
}

// otherKind recognises what is often sent instead of a statement.
func otherKind(head []byte) string {
	for kind, marks := range map[string][]string{
		"PDF":    {"%PDF"},
		"ZIP":    {"PK\x03\x04", "PK\x05\x06"},
		"MT940":  {":20:", "{1:F", "\x01:20:"},
		"HTML":   {"<!doctype html", "<!DOCTYPE html", "<html", "<HTML"},
		"OFX":    {"OFXHEADER"},
		"QIF":    {"!Type:"},
		"gzip":   {"\x1f\x8b"},
		"image":  {"\x89PNG", "\xff\xd8\xff", "GIF8"},
		"Office": {"\xd0\xcf\x11\xe0"},
		"JSON":   {"{", "["},
	} {
		for _, m := range marks {
			if bytes.HasPrefix(head, []byte(m)) && (kind != "JSON" || !bytes.HasPrefix(head, []byte("{1:F"))) {
				return kind
			}
		}
	}
	if len(head) == 0 {
		return "—"
	}
	return ""
}

// namer gives remittances the same names whenever their lines are read again. A
// bank that names its lines is believed; where two lines are alike in everything
// they are counted.
type namer struct{ seen map[string]int }

func newNamer() *namer { return &namer{map[string]int{}} }

func (n *namer) name(account, bank string, t *sale.Remittance) {
	parts := []string{account, bank}
	if bank == "" {
		parts = append(parts, t.At.String(), t.Amount.String(), squash(t.Payer), t.Reference, squash(t.Text))
	}
	key := strings.Join(parts, "\x00")
	n.seen[key]++
	h := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, n.seen[key]))
	t.ID = "bank:" + hex.EncodeToString(h[:16])
}

// squash makes texts equal that differ in spaces and capitals only.
func squash(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// clean makes a text of a bank fit to be kept and shown.
func clean(s string, most int) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return s
}

// plain is a reference without spaces, in capitals.
func plain(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(clean(s, 140)), ""))
}

// day is the instant of a day: its beginning in UTC. Banks book by days.
func day(s string) (race.Instant, bool) {
	if len(s) > 10 {
		s = s[:10]
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 2000 || t.Year() > 2100 {
		return 0, false
	}
	return race.At(t), true
}

// exact reads an amount with a point; zeros beyond the currency's decimals are
// no decimals.
func exact(s string, c money.Currency) (money.Amount, error) {
	s = strings.TrimSpace(s)
	if whole, part, ok := strings.Cut(s, "."); ok {
		for len(part) > c.Exponent() && strings.HasSuffix(part, "0") {
			part = part[:len(part)-1]
		}
		s = whole
		if part != "" {
			s += "." + part
		}
	}
	return money.Parse(s, c)
}
