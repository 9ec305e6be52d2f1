package office

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

// The page "Certificates: design". Everything that is edited stands in its form;
// "show preview" asks for the same page with the form in its address, so that
// looking changes nothing and works without script. Only artwork is sent ahead:
// it is kept, and named by its hash.

type designView struct {
	place
	Form     *site.Form
	Path     string
	Key      DesignKey
	Kinds    []award.Kind
	Langs    []site.Option
	Design   Design // as the form has it
	Stored   Design // in use
	Versions []Design
	Picture  *Picture
	Values   []string
	Preview  string // address of the picture, "" where the form has faults
	PDF      string
	Papers   []site.Option
	Races    []site.Option
	Changed  bool // the form is not what is stored
	May      bool // may save
}

// Shows are all parts that may be shown.
func (designView) Shows() []award.Show { return award.Shows }

// Aligns and Heights are the positions.
func (designView) Aligns() []award.Align { return award.Aligns }

// Heights are the positions along the page.
func (designView) Heights() []award.Height { return award.Heights }

// Checked reports whether a part is shown.
func (v designView) Checked(s award.Show) bool { return v.Design.Template.Shows(s) }

// Link is the page of another kind or language.
func (v designView) Link(kind award.Kind, tag lang.Tag) string {
	return v.Path + "?" + url.Values{"kind": {string(kind)}, "lang": {string(tag)}}.Encode()
}

// LowDPI reports whether the artwork would look coarse in print.
func (v designView) LowDPI() bool { return v.Picture != nil && v.Picture.DPI < 150 }

// DesignForm answers GET …/certificates/design.
func (m *Room) DesignForm(c *site.Call) error {
	p, k, err := m.designAt(c, c.R.URL.Query())
	if err != nil {
		return err
	}
	return m.showDesign(c, p, k, site.NewForm(c.R.URL.Query()))
}

// designAt is the place of a design's page and which design it is.
func (m *Room) designAt(c *site.Call, q url.Values) (place, DesignKey, error) {
	p, err := m.at(c, "dashboard")
	if err != nil {
		return p, DesignKey{}, err
	}
	if !p.Ready() || len(p.Edition.Races) == 0 {
		return p, DesignKey{}, fault.New(fault.Conflict, "office.design_no_race", nil)
	}
	k := DesignKey{Edition: p.Desk.Edition, Lang: c.Tag, Kind: award.ForFinisher}
	if kind := q.Get("kind"); kind != "" {
		if k.Kind, err = award.ParseKind(kind); err != nil {
			return p, k, err
		}
	}
	if tag := lang.Tag(q.Get("lang")); tag.Own() != "" {
		k.Lang = tag
	}
	return p, k, nil
}

func (m *Room) showDesign(c *site.Call, p place, k DesignKey, f *site.Form) error {
	keep, err := m.designs()
	if err != nil {
		return err
	}
	ctx := c.R.Context()
	v := designView{place: p, Form: f, Path: p.Base() + "/certificates/design", Key: k, Kinds: award.Kinds, Langs: langOptions(),
		Values: award.ValuesOf(k.Kind), Races: p.raceOptions(), May: p.Can("edition.edit"),
		Papers: append([]site.Option{{Text: c.T("office.design.paper_any")}}, paperOptions...)}
	if v.Stored, err = keep.Design(ctx, k, 0); err != nil {
		return err
	}
	if v.Versions, err = keep.Designs(ctx, k); err != nil {
		return err
	}
	v.Design = v.Stored
	if f.Get("shown") != "" {
		v.Design = readDesign(k, f.Values, f)
		v.Changed = true
	} else if v.Stored.House {
		v.Design.Template = award.NewTemplate(k.Kind, k.Lang)
	}
	s := m.specimen(c, p, f)
	if f.OK() && f.Get("shown") != "" {
		if err := f.Add(keep.CheckDesign(ctx, v.Design, s)); err != nil {
			return err
		}
	}
	if v.Design.Artwork != "" {
		picture, err := keep.Artwork(ctx, k.Edition, v.Design.Artwork)
		if err := f.Add(err); err != nil {
			return err
		}
		if err == nil {
			v.Picture = &picture
		} else {
			v.Design.Artwork = ""
		}
	}
	q := writeDesign(v.Design)
	q.Set("bib", f.Get("bib"))
	q.Set("race", s.Race)
	if v.Design.House && f.Get("shown") == "" {
		q.Set("house", "yes")
	}
	if drawable(f) {
		v.Preview, v.PDF = v.Path+"/preview.svg?"+q.Encode(), v.Path+"/preview.pdf?"+q.Encode()
	}
	for name, value := range q {
		if len(f.Faults(name)) == 0 { // what is wrong stays as it was written
			f.Values[name] = value
		}
	}
	return c.Render(f.Status(), "template_design", p.Title(c.T("office.design.title")), v)
}

// drawable reports whether what is wrong with a form can be looked at all the
// same: texts that are hard to read on the artwork are best seen.
func drawable(f *site.Form) bool {
	for _, name := range []string{"title", "lines", "show", "align", "height", "paper", "ink", "accent", "bib", "artwork"} {
		if len(f.Faults(name)) > 0 {
			return false
		}
	}
	for _, err := range f.Faults("veil") {
		if fault.CodeOf(err) != "award.template_artwork" {
			return false
		}
	}
	return len(f.Other()) == 0
}

// readDesign is the design that a form or an address has. What is no number is a
// fault of the form, if there is one.
func readDesign(k DesignKey, q url.Values, f *site.Form) Design {
	t := award.Template{Title: q.Get("title"), Align: award.Align(q.Get("align")), Height: award.Height(q.Get("height")),
		Paper: q.Get("paper"), Ink: q.Get("ink"), Accent: q.Get("accent"), Lanes: q.Get("lanes") != ""}
	t.Lines = strings.Split(q.Get("lines"), "\n")
	for _, s := range q["show"] {
		t.Show = append(t.Show, award.Show(s))
	}
	if text := strings.TrimSpace(q.Get("veil")); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil && f != nil {
			_ = f.Add(fault.New(fault.Invalid, "award.template_veil", fault.Args{"value": text, "most": award.MaxVeil}).On("veil")) // a fault is taken
		}
		t.Veil = n
	}
	d := Design{DesignKey: k, Template: t.Complete(), Artwork: q.Get("art"), House: q.Get("house") != ""}
	if q.Get("bare") != "" {
		d.Artwork = ""
	}
	d.Version, _ = strconv.Atoi(q.Get("version")) // what is no number is 0, and then somebody's is newer
	return d
}

// writeDesign is a design as a form has it.
func writeDesign(d Design) url.Values {
	t := d.Template
	q := url.Values{"kind": {string(d.Kind)}, "lang": {string(d.Lang)}, "title": {t.Title}, "lines": {strings.Join(t.Lines, "\n")},
		"align": {string(t.Align)}, "height": {string(t.Height)}, "paper": {t.Paper}, "ink": {t.Ink}, "accent": {t.Accent},
		"veil": {strconv.Itoa(t.Veil)}, "art": {d.Artwork}, "version": {strconv.Itoa(d.Version)}, "shown": {"yes"}}
	if t.Lanes {
		q.Set("lanes", "yes")
	}
	for _, s := range t.Show {
		q.Add("show", string(s))
	}
	return q
}

// longest is an invented name longer than nearly all: what fits with it fits.
const longest = "Maria Alexandra Wolfeschlegel-Montgomery de los Ángeles Fernández"

// specimen is who the design is looked at with: the runner of the bib in the
// form, else an invented one with a long name.
func (m *Room) specimen(c *site.Call, p place, f *site.Form) Specimen {
	s := Specimen{Race: p.Edition.Races[0].ID, Base: m.base(c) + "/c/"}
	if r := p.Edition.Race(f.Get("race")); r != nil {
		s.Race = r.ID
	}
	if bib := strings.TrimSpace(f.Get("bib")); bib != "" {
		b, row := p.Snap.Find(bib)
		switch {
		case row == nil:
			_ = f.Add(fault.New(fault.NotFound, "web.no_such_runner", fault.Args{"bib": bib}).On("bib")) // a fault is taken
		case row.Status != scoring.Finished:
			_ = f.Add(fault.New(fault.Conflict, "office.design_not_finished", fault.Args{"bib": bib}).On("bib")) // a fault is taken
		default:
			s.Race, s.Rows, s.Row = b.Race.ID, b.Rows, *row
			return s
		}
	}
	s.Row = results.Row{Race: s.Race, Status: scoring.Finished, Place: 1204, PlaceSex: 318, PlaceCategory: 57, Bib: "0000",
		PrintedName: longest, Sex: "F", Country: "ESP", Club: "Example Harbour Runners", GunTime: "4:58:58", NetTime: "4:56:56"}
	for _, cat := range p.Edition.Categories {
		if cat.Sex == "F" || cat.Sex == "" {
			s.Row.Category = cat.ID
			break
		}
	}
	s.Rows = invented(s.Row)
	return s
}

// invented is a field around an invented runner, so that the preview has head
// counts as long as real ones.
func invented(row results.Row) []results.Row {
	const runners, women, group = 2412, 788, 143
	rows := make([]results.Row, runners)
	rows[0] = row
	for i := 1; i < runners; i++ {
		rows[i] = results.Row{Race: row.Race, Status: scoring.Finished, Place: 1, Sex: "M"}
		if i < women {
			rows[i].Sex, rows[i].PlaceSex = row.Sex, 1
		}
		if i < group && row.Category != "" {
			rows[i].Category, rows[i].PlaceCategory = row.Category, 1
		}
	}
	return rows
}

// DesignPreview answers GET …/certificates/design/preview.svg: the page that the
// address describes.
func (m *Room) DesignPreview(c *site.Call) error { return m.drawDesign(c, "svg", "image/svg+xml") }

// DesignPDF answers GET …/certificates/design/preview.pdf: the same as it would
// be printed.
func (m *Room) DesignPDF(c *site.Call) error { return m.drawDesign(c, "pdf", "application/pdf") }

func (m *Room) drawDesign(c *site.Call, form, kind string) error {
	q := c.R.URL.Query()
	p, k, err := m.designAt(c, q)
	if err != nil {
		return err
	}
	keep, err := m.designs()
	if err != nil {
		return err
	}
	f := site.NewForm(q)
	d := Design{DesignKey: k, House: true}
	if q.Get("shown") != "" {
		d = readDesign(k, q, f)
	}
	if !d.House {
		if err := d.Template.Validate(k.Kind); err != nil {
			return err
		}
	}
	s := m.specimen(c, p, f)
	var b bytes.Buffer
	if err := keep.DrawDesign(c.R.Context(), &b, d, s, form); err != nil {
		return err
	}
	c.W.Header().Set("Cache-Control", "no-store")
	if form == "pdf" {
		c.W.Header().Set("Content-Disposition", `inline; filename="preview.pdf"`)
	}
	return c.Bytes(http.StatusOK, kind, b.Bytes())
}

// DesignSave answers POST …/certificates/design: the form, and artwork sent with
// it, as the next version; or with "send", artwork only, to be looked at.
func (m *Room) DesignSave(c *site.Call) error {
	p, f, picture, err := m.designForm(c)
	if err != nil {
		return err
	}
	_, k, err := m.designAt(c, f.Values)
	if err != nil {
		return err
	}
	keep, err := m.designs()
	if err != nil {
		return err
	}
	f.Set("shown", "yes")
	if picture.name != "" {
		hash, err := keep.KeepArtwork(c.R.Context(), c.Actor, k.Edition, picture.name, picture.content)
		if err := f.Add(err); err != nil {
			return err
		}
		if err == nil {
			f.Set("art", hash)
		}
	} else if f.Get("send") != "" && f.OK() {
		_ = f.Add(fault.New(fault.Invalid, "office.no_file", nil).On("artwork")) // a fault is taken
	}
	path := p.Base() + "/certificates/design?"
	if f.OK() && f.Get("send") != "" {
		q := writeDesign(readDesign(k, f.Values, f))
		q.Set("bib", f.Get("bib"))
		q.Set("race", f.Get("race"))
		return c.Redirect(path + q.Encode())
	}
	d, s := readDesign(k, f.Values, f), m.specimen(c, p, f)
	if f.OK() {
		d, err = keep.SaveDesign(c.R.Context(), c.Actor, d, s)
		if err := f.Add(err); err != nil {
			return err
		}
	}
	if !f.OK() {
		return m.showDesign(c, p, k, f)
	}
	c.Flash(site.Good, "office.design.saved", "number_raw", d.Version)
	return c.Redirect(path + url.Values{"kind": {string(k.Kind)}, "lang": {string(k.Lang)}}.Encode())
}

// sentPicture is an artwork that came with a form; without a name there is none.
type sentPicture struct {
	name    string
	content []byte
}

// ArtworkBody is the largest form that is read: what is over a picture's bound
// is told as such.
const ArtworkBody = award.MaxArtworkBytes + 8<<20

// designForm reads the form with its file.
func (m *Room) designForm(c *site.Call) (p place, f *site.Form, picture sentPicture, err error) {
	if p, err = m.at(c, "dashboard"); err != nil {
		return p, nil, picture, err
	}
	err = c.R.ParseMultipartForm(ArtworkBody)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		f = site.NewForm(nil)
		return p, f, picture, f.Add(fault.New(fault.Invalid, "award.artwork_large", fault.Args{"file": "?",
			"mb": ArtworkBody >> 20, "most": award.MaxArtworkBytes >> 20}).On("artwork"))
	case errors.Is(err, http.ErrNotMultipart):
		return p, site.NewForm(c.R.PostForm), picture, nil
	case err != nil:
		return p, nil, picture, fault.Wrap(fault.Invalid, "web.body_malformed", err, nil)
	}
	f = site.NewForm(c.R.MultipartForm.Value)
	for _, h := range c.R.MultipartForm.File["artwork"] {
		if h.Size == 0 && h.Filename == "" {
			continue
		}
		file, err := h.Open()
		if err != nil {
			return p, f, picture, err
		}
		defer file.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(file); err != nil {
			return p, f, picture, err
		}
		picture = sentPicture{fileName(h.Header.Get("Content-Disposition")), b.Bytes()}
	}
	return p, f, picture, nil
}

// DesignHouse answers POST …/certificates/design/house: back to the design of
// the house.
func (m *Room) DesignHouse(c *site.Call) error {
	return m.changeDesign(c, func(keep Designs, k DesignKey, f *site.Form) error {
		d, err := keep.SaveDesign(c.R.Context(), c.Actor, Design{DesignKey: k, House: true, Version: number(f.Get("version"))}, Specimen{})
		if err == nil {
			c.Flash(site.Good, "office.design.saved", "number_raw", d.Version)
		}
		return err
	})
}

// DesignRestore answers POST …/certificates/design/restore: an earlier version
// is the next.
func (m *Room) DesignRestore(c *site.Call) error {
	return m.changeDesign(c, func(keep Designs, k DesignKey, f *site.Form) error {
		d, err := keep.RestoreDesign(c.R.Context(), c.Actor, k, number(f.Get("restore")))
		if err == nil {
			c.Flash(site.Good, "office.design.restored", "number_raw", d.Restored, "next_raw", d.Version)
		}
		return err
	})
}

// DesignRenew answers POST …/certificates/design/renew: certificates printed
// before have the design in use when they are printed again.
func (m *Room) DesignRenew(c *site.Call) error {
	return m.changeDesign(c, func(keep Designs, k DesignKey, _ *site.Form) error {
		n, err := keep.RenewDesign(c.R.Context(), c.Actor, k)
		if err == nil {
			c.Flash(site.Good, "office.design.renewed", "n", n)
		}
		return err
	})
}

func (m *Room) changeDesign(c *site.Call, act func(Designs, DesignKey, *site.Form) error) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	p, k, err := m.designAt(c, f.Values)
	if err != nil {
		return err
	}
	keep, err := m.designs()
	if err != nil {
		return err
	}
	if err := act(keep, k, f); err != nil {
		return err
	}
	return c.Redirect(p.Base() + "/certificates/design?" + url.Values{"kind": {string(k.Kind)}, "lang": {string(k.Lang)}}.Encode())
}
