package pay

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// camtSpace is the name space of ISO 20022's account statement; its version
// follows. Versions differ in where a few things stand: both places are read.
const camtSpace = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."

type camtDocument struct {
	XMLName    xml.Name
	Statements []camtStatement `xml:"BkToCstmrStmt>Stmt"`
}

type camtStatement struct {
	IBAN    string      `xml:"Acct>Id>IBAN"`
	Other   string      `xml:"Acct>Id>Othr>Id"`
	Entries []camtEntry `xml:"Ntry"`
}

type camtEntry struct {
	Ref      string     `xml:"NtryRef"`
	Amount   camtAmount `xml:"Amt"`
	Sign     string     `xml:"CdtDbtInd"`
	Reversal string     `xml:"RvslInd"`
	Status   struct {
		Text string `xml:",chardata"` // version 02
		Code string `xml:"Cd"`        // version 08
	} `xml:"Sts"`
	Booked  camtDate `xml:"BookgDt"`
	Value   camtDate `xml:"ValDt"`
	BankRef string   `xml:"AcctSvcrRef"`
	Details []struct {
		Tx []camtTx `xml:"TxDtls"`
	} `xml:"NtryDtls"`
	Info string `xml:"AddtlNtryInf"`
}

type camtAmount struct {
	Value    string         `xml:",chardata"`
	Currency money.Currency `xml:"Ccy,attr"`
}

type camtDate struct {
	Day  string `xml:"Dt"`
	Time string `xml:"DtTm"`
}

type camtTx struct {
	BankRef   string     `xml:"Refs>AcctSvcrRef"`
	EndToEnd  string     `xml:"Refs>EndToEndId"`
	Amount    camtAmount `xml:"Amt"`               // version 08
	TxAmount  camtAmount `xml:"AmtDtls>TxAmt>Amt"` // version 02
	Sign      string     `xml:"CdtDbtInd"`
	Name      string     `xml:"RltdPties>Dbtr>Nm"`
	PartyName string     `xml:"RltdPties>Dbtr>Pty>Nm"`
	Text      []string   `xml:"RmtInf>Ustrd"`
	Struct    []struct {
		Ref  string   `xml:"CdtrRefInf>Ref"`
		Info []string `xml:"AddtlRmtInf"`
	} `xml:"RmtInf>Strd"`
	Info string `xml:"AddtlTxInf"`
}

func readCamt(name string, content []byte) (*Statement, error) {
	space, err := rootSpace(content)
	if err != nil {
		return nil, broken(name, err)
	}
	version, ours := strings.CutPrefix(space, camtSpace)
	if !ours {
		return nil, notStatement(clean(space[strings.LastIndexByte(space, ':')+1:], 40) + " (XML)")
	}
	var doc camtDocument
	if err := decoder(content).Decode(&doc); err != nil {
		return nil, broken(name, err)
	}
	out, names := &Statement{Kind: "camt.053.001." + clean(version, 4)}, newNamer()
	n := 0
	for _, s := range doc.Statements {
		account := plain(s.IBAN + s.Other)
		out.Accounts = append(out.Accounts, account)
		for i := range s.Entries {
			n++
			ts, err := out.entry(&s.Entries[i], n)
			if err != nil {
				return nil, err
			}
			out.name(names, account, &s.Entries[i], ts)
		}
	}
	return out, nil
}

func decoder(content []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(content))
	d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		switch strings.ToLower(label) {
		case "iso-8859-1", "windows-1252", "latin1":
			return charmap.Windows1252.NewDecoder().Reader(r), nil
		case "iso-8859-15":
			return charmap.ISO8859_15.NewDecoder().Reader(r), nil
		}
		return nil, errors.New("encoding " + label)
	}
	return d
}

// rootSpace is the name space of the document's first element, its name where it
// has none.
func rootSpace(content []byte) (string, error) {
	d := decoder(content)
	for {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		if s, ok := t.(xml.StartElement); ok {
			if s.Name.Space == "" {
				return s.Name.Local, nil
			}
			return s.Name.Space, nil
		}
	}
}

func broken(name string, err error) error {
	args := fault.Args{"file": name, "line": 0}
	var at *xml.SyntaxError
	if errors.As(err, &at) {
		args["line"] = at.Line
	}
	return fault.Wrap(fault.Invalid, "pay.statement_broken", err, args).On("file")
}

// entry is the money of one entry. Where its parts do not add up to it, for a
// charge or another currency, it is taken as one: nothing is invented or lost.
func (out *Statement) entry(e *camtEntry, n int) ([]sale.Remittance, error) {
	switch strings.TrimSpace(e.Status.Text) + strings.TrimSpace(e.Status.Code) {
	case "BOOK", "":
	default:
		out.Pending++
		return nil, nil
	}
	at, ok := e.Booked.instant(e.Value)
	if !ok {
		return nil, inEntry("pay.statement_date", n, e.Booked.Day+e.Booked.Time)
	}
	whole, err := e.Amount.amount(n)
	if err != nil {
		return nil, err
	}
	back := e.Reversal == "true" || e.Reversal == "1"
	switch {
	case e.Sign == "CRDT":
	case e.Sign == "DBIT" && back: // what came in was taken back
		whole = whole.Neg()
	case e.Sign == "DBIT":
		out.Out++
		return nil, nil
	default:
		return nil, inEntry("pay.statement_sign", n, e.Sign)
	}
	if whole.Zero() {
		return nil, nil
	}
	var tx []camtTx
	for _, d := range e.Details {
		tx = append(tx, d.Tx...)
	}
	parts := split(whole, tx)
	if parts == nil {
		return []sale.Remittance{describe(at, whole, tx, e.Info)}, nil
	}
	var ts []sale.Remittance
	for i, a := range parts {
		ts = append(ts, describe(at, a, tx[i:i+1], e.Info))
	}
	return ts, nil
}

// split is the amounts of a batch's transactions, nil if they are not the whole.
func split(whole money.Amount, tx []camtTx) []money.Amount {
	if len(tx) < 2 {
		return nil
	}
	sum, out := money.Of(0, whole.Currency), make([]money.Amount, len(tx))
	for i, t := range tx {
		from := t.Amount
		if from.Value == "" {
			from = t.TxAmount
		}
		a, err := exact(from.Value, from.Currency)
		if err != nil || a.Minor <= 0 || a.Currency != whole.Currency {
			return nil
		}
		if whole.Minor < 0 {
			a = a.Neg()
		}
		out[i], sum = a, sum.Add(a)
	}
	if sum != whole {
		return nil
	}
	return out
}

// describe puts what the transactions say beside the money. Several references
// stay in the text: nobody guesses which of them is meant.
func describe(at race.Instant, a money.Amount, tx []camtTx, info string) sale.Remittance {
	t := sale.Remittance{At: at, Amount: a, State: sale.RemittanceOpen}
	var payers, refs, text []string
	for _, x := range tx {
		if p := x.Name + x.PartyName; p != "" {
			payers = append(payers, p)
		}
		text = append(text, x.Text...)
		for _, s := range x.Struct {
			if s.Ref != "" {
				refs = append(refs, plain(s.Ref))
			}
			text = append(text, s.Info...)
		}
		if x.EndToEnd != "" && x.EndToEnd != "NOTPROVIDED" {
			text = append(text, x.EndToEnd)
		}
		text = append(text, x.Info)
	}
	if len(refs) == 1 {
		t.Reference = refs[0]
	} else {
		text = append(text, refs...)
	}
	t.Payer, t.Text = clean(strings.Join(payers, ", "), 140), clean(strings.Join(append(text, info), " "), 1000)
	return t
}

// name names an entry's remittances: by the bank's own reference of the transaction
// if each has one, by that of the entry and their place in it, or by what they say.
func (out *Statement) name(names *namer, account string, e *camtEntry, ts []sale.Remittance) {
	var tx []camtTx
	for _, d := range e.Details {
		tx = append(tx, d.Tx...)
	}
	for i := range ts {
		ref := e.BankRef
		if len(ts) == len(tx) && tx[i].BankRef != "" {
			ref = tx[i].BankRef
		}
		if ref != "" { // some banks use one reference for a day: the sum tells more
			ref += "\x00" + ts[i].At.String() + "\x00" + ts[i].Amount.String()
		}
		names.name(account, ref, &ts[i])
		out.Remittances = append(out.Remittances, ts[i])
	}
}

func (d camtDate) instant(or camtDate) (race.Instant, bool) {
	for _, s := range []string{d.Day, d.Time, or.Day, or.Time} {
		if s = strings.TrimSpace(s); s != "" {
			return day(s)
		}
	}
	return 0, false
}

func (a camtAmount) amount(n int) (money.Amount, error) {
	if !a.Currency.Valid() {
		return money.Amount{}, inEntry("pay.statement_currency", n, string(a.Currency))
	}
	out, err := exact(a.Value, a.Currency)
	if err != nil || out.Minor < 0 {
		return money.Amount{}, inEntry("pay.statement_amount", n, a.Value)
	}
	return out, nil
}

// inEntry is a fault of the n-th entry of a statement.
func inEntry(code string, n int, value string) error {
	return fault.New(fault.Invalid, code, fault.Args{"line": n, "value": clean(value, 40)}).On("file")
}
