package app

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/pdf"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

type certificateCmd struct {
	Edition  string `required:"" placeholder:"E.toml" help:"Rules of the day."`
	Results  string `required:"" placeholder:"results.json" help:"A results file of this program."`
	Bib      string `xor:"who" placeholder:"N" help:"One runner."`
	All      bool   `xor:"who" help:"Every finisher, one file each."`
	Run1     bool   `name:"print-run" xor:"who" help:"Every finisher of a race in one file, for the printer."`
	Medals   bool   `help:"Medal certificates of the first three of every list with prizes, and of men and women. One file, or with --all one each."`
	Race     string `placeholder:"ID" help:"Only this race."`
	Out      string `required:"" placeholder:"FILE.pdf|DIR" help:"File for --bib and --print-run, folder for --all."`
	Lang     string `default:"en" help:"Language of the texts: en, ko, zh, de."`
	Paper    string `default:"a4" help:"a4 or letter."`
	URL      string `default:"http://localhost:8080/c/" help:"Address of the verification page; the code follows it."`
	Key      string `placeholder:"FILE" help:"Secret of the codes. Without it a new secret is used, and the codes verify nowhere."`
	Template string `placeholder:"FILE.toml" help:"Your own design: texts, colours, positions, artwork."`
	Artwork  string `placeholder:"FILE" help:"A PNG or JPEG picture behind the texts; instead of the template's."`
	State    string `default:"provisional" enum:"provisional,official" help:"What the results are: provisional or official."`
}

// Run draws certificates. Nobody's is left out in silence: who gets none is
// told with the reason.
func (c *certificateCmd) Run(r *run) error {
	e, err := readEdition(r, c.Edition)
	if err != nil {
		return err
	}
	file, err := open(c.Results)
	if err != nil {
		return err
	}
	defer file.Close()
	rows, err := results.ReadJSON(c.Results, file)
	if err != nil {
		return err
	}
	paper, err := pdf.ParsePaper(c.Paper)
	if err != nil {
		return err
	}
	key, err := c.key()
	if err != nil {
		return err
	}
	kind := award.ForFinisher
	if c.Medals {
		kind = award.ForMedal
	}
	look, err := readLook(c.Template, c.Artwork, kind, lang.Tag(c.Lang))
	if err != nil {
		return err
	}
	switch {
	case c.Medals:
		return c.medals(r, e, rows, key, paper, look)
	case c.Bib != "":
		return c.one(r, e, rows, key, paper, look)
	case c.All || c.Run1:
		return c.all(r, e, rows, key, paper, look)
	}
	return called("app.certificate_who", nil)
}

func (c *certificateCmd) key() ([]byte, error) {
	if c.Key == "" {
		key := make([]byte, 32)
		_, err := rand.Read(key)
		return key, err
	}
	key, err := os.ReadFile(c.Key)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "app.file_open", err, fault.Args{"file": c.Key, "why": reasonOf(err)})
	}
	return key, nil
}

func (c *certificateCmd) issuer(e *race.Edition, raceID string, rows []results.Row, key []byte) (*award.Issuer, error) {
	var own []results.Row
	for _, row := range rows {
		if row.Race == raceID {
			own = append(own, row)
		}
	}
	rev := results.Revision{Edition: e.ID, Race: raceID, State: results.State(c.State), Rows: own}
	if rc := e.Race(raceID); rc != nil {
		rev.Basis = rc.RankBy
	}
	return award.NewIssuer(e, rev, award.Options{Lang: lang.Tag(c.Lang), Key: key, Base: c.URL})
}

func (c *certificateCmd) one(r *run, e *race.Edition, rows []results.Row, key []byte, paper pdf.Paper, look *pdf.Look) error {
	row, ok := findRow(e, rows, c.Bib)
	if !ok {
		return called("app.bib_unknown", fault.Args{"value": c.Bib, "file": c.Results})
	}
	issuer, err := c.issuer(e, row.Race, rows, key)
	if err != nil {
		return err
	}
	cert, err := issuer.Certificate(row)
	if err != nil {
		return err
	}
	return c.draw(r, []award.Certificate{cert}, paper, look)
}

// medals draws the medal certificates: all, of one race, or of one bib.
func (c *certificateCmd) medals(r *run, e *race.Edition, rows []results.Row, key []byte, paper pdf.Paper, look *pdf.Look) error {
	var certs []award.Certificate
	for i := range e.Races {
		id := e.Races[i].ID
		if c.Race != "" && c.Race != id {
			continue
		}
		issuer, err := c.issuer(e, id, rows, key)
		if err != nil {
			return err
		}
		medals, refused := issuer.Medals()
		for _, f := range refused {
			fmt.Fprintln(r.Stderr, r.say.T("app.no_certificate", "bib", f.Args["bib"], "what", r.say.Fault(f)))
		}
		for _, m := range medals {
			if c.Bib == "" || e.Bib.Key(m.Bib) == e.Bib.Key(c.Bib) {
				certs = append(certs, m)
			}
		}
	}
	if len(certs) == 0 {
		return called("app.no_medals", fault.Args{"file": c.Results})
	}
	if err := c.draw(r, certs, paper, look); err != nil {
		return err
	}
	fmt.Fprintln(r.Stdout, r.say.T("app.certificates", "n", len(certs)))
	return nil
}

func (c *certificateCmd) all(r *run, e *race.Edition, rows []results.Row, key []byte, paper pdf.Paper, look *pdf.Look) error {
	var certs []award.Certificate
	without := 0
	for i := range e.Races {
		id := e.Races[i].ID
		if c.Race != "" && c.Race != id {
			continue
		}
		issuer, err := c.issuer(e, id, rows, key)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.Race != id || row.Status != scoring.Finished {
				continue
			}
			cert, err := issuer.Certificate(row)
			if err != nil {
				without++
				fmt.Fprintln(r.Stderr, r.say.T("app.no_certificate", "bib", row.Bib, "what", r.say.Fault(err)))
				continue
			}
			certs = append(certs, cert)
		}
	}
	if len(certs) == 0 {
		return called("app.no_finishers", fault.Args{"file": c.Results})
	}
	if err := c.draw(r, certs, paper, look); err != nil {
		return err
	}
	fmt.Fprintln(r.Stdout, r.say.T("app.certificates", "n", len(certs)))
	if without > 0 {
		return fault.New(fault.Invalid, "app.certificates_missing", fault.Args{"n": without})
	}
	return nil
}

func (c *certificateCmd) draw(r *run, certs []award.Certificate, paper pdf.Paper, look *pdf.Look) error {
	pages := make([]pdf.Page, len(certs))
	for i := range certs {
		pages[i] = pdf.Page{Certificate: certs[i], Look: look}
	}
	if err := pdf.Legible(pages[0], paper); err != nil {
		return err
	}
	p := r.progress("app.drawing")
	defer p.done()
	tick := func(done, total int) { p.at(int64(done), int64(total)) }
	if c.All {
		return pageFiles(r, c.Out, pages, paper, tick)
	}
	return writeFile(c.Out, func(w io.Writer) error { return pdf.PrintRun(r, w, pages, paper, tick) })
}

var notInNames = regexp.MustCompile(`[^0-9A-Za-z._-]+`)

// certificateFiles writes one file per certificate, named after the bib.
func certificateFiles(r *run, dir string, certs []award.Certificate, paper pdf.Paper, tick func(done, total int)) error {
	pages := make([]pdf.Page, len(certs))
	for i := range certs {
		pages[i].Certificate = certs[i]
	}
	return pageFiles(r, dir, pages, paper, tick)
}

// pageFiles writes one file per page: of finishers named after the bib, of
// medals after their order, race, list, place and bib.
func pageFiles(r *run, dir string, pages []pdf.Page, paper pdf.Paper, tick func(done, total int)) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return each(r, len(pages), tick, func(i int) error {
		c := &pages[i].Certificate
		name := "certificate-" + c.Bib
		if m := c.Medal; m != nil {
			name = fmt.Sprintf("medal-%03d-%s-%s-%d-%s", i+1, c.RaceID, m.List, m.Place, c.Bib)
		}
		path := filepath.Join(dir, notInNames.ReplaceAllString(name, "_")+".pdf")
		return writeFile(path, func(w io.Writer) error { return pdf.PrintRun(r, w, pages[i:i+1], paper, nil) })
	})
}
