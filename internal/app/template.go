package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"stadion/internal/access"
	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/pdf"
	"stadion/internal/results"
	"stadion/internal/store"
	"stadion/internal/web/office"
)

var _ office.Designs = officePapers{}

// keyOf is the design of an order; an order without a language is in the one
// that its certificates are then made in.
func keyOf(o office.Order, kind award.Kind) office.DesignKey {
	return office.DesignKey{Edition: o.Edition, Lang: lang.For(o.Lang).Tag, Kind: kind}
}

func storeKey(k office.DesignKey) store.TemplateKey {
	return store.TemplateKey{Edition: k.Edition, Lang: string(k.Lang), Kind: string(k.Kind)}
}

func designOf(k office.DesignKey, t store.Template) (office.Design, error) {
	d := office.Design{DesignKey: k, Version: t.Version, House: t.Body == "", Artwork: t.Artwork, Restored: t.Restored, At: t.At, By: t.By}
	if d.House {
		return d, nil
	}
	if err := json.Unmarshal([]byte(t.Body), &d.Template); err != nil {
		return d, fmt.Errorf("design %s %s %s version %d: %w", k.Edition, k.Lang, k.Kind, t.Version, err)
	}
	return d, nil
}

// Design implements office.Designs.
func (p officePapers) Design(ctx context.Context, k office.DesignKey, version int) (office.Design, error) {
	t, found, err := p.db.Template(ctx, storeKey(k), version)
	if err == nil && !found && version != 0 {
		err = fault.New(fault.NotFound, "store.template_unknown", fault.Args{"number": version})
	}
	if err != nil {
		return office.Design{}, err
	}
	return designOf(k, t)
}

// Designs implements office.Designs.
func (p officePapers) Designs(ctx context.Context, k office.DesignKey) ([]office.Design, error) {
	all, err := p.db.Templates(ctx, storeKey(k))
	if err != nil {
		return nil, err
	}
	out := make([]office.Design, len(all))
	for i, t := range all {
		if out[i], err = designOf(k, t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SaveDesign implements office.Designs.
func (p officePapers) SaveDesign(ctx context.Context, by access.Actor, d office.Design, s office.Specimen) (office.Design, error) {
	t := store.Template{TemplateKey: storeKey(d.DesignKey), Version: d.Version}
	if !d.House {
		if err := p.CheckDesign(ctx, d, s); err != nil {
			return office.Design{}, err
		}
		body, err := json.Marshal(d.Template)
		if err != nil {
			return office.Design{}, err
		}
		t.Body, t.Artwork = string(body), d.Artwork
	}
	kept, err := p.db.SaveTemplate(ctx, by, t)
	if err != nil {
		return office.Design{}, err
	}
	return designOf(d.DesignKey, kept)
}

// RestoreDesign implements office.Designs.
func (p officePapers) RestoreDesign(ctx context.Context, by access.Actor, k office.DesignKey, version int) (office.Design, error) {
	t, err := p.db.RestoreTemplate(ctx, by, storeKey(k), version)
	if err != nil {
		return office.Design{}, err
	}
	return designOf(k, t)
}

// RenewDesign implements office.Designs.
func (p officePapers) RenewDesign(ctx context.Context, by access.Actor, k office.DesignKey) (int, error) {
	return p.db.RenewPrints(ctx, by, storeKey(k))
}

// KeepArtwork implements office.Designs.
func (p officePapers) KeepArtwork(ctx context.Context, by access.Actor, edition, name string, content []byte) (string, error) {
	if _, err := award.ReadArtwork(name, content); err != nil {
		return "", err
	}
	a, err := p.db.KeepArtwork(ctx, by, edition, name, content)
	return a.Hash, err
}

// Artwork implements office.Designs.
func (p officePapers) Artwork(ctx context.Context, edition, hash string) (office.Picture, error) {
	a, err := p.db.Artwork(ctx, edition, hash)
	if err != nil {
		return office.Picture{}, err
	}
	picture, err := pictures.of(a)
	if err != nil {
		return office.Picture{}, err
	}
	w, h := picture.Size()
	return office.Picture{Hash: a.Hash, Name: a.Name, Width: w, Height: h, DPI: picture.DPI(pdf.A4), KB: (len(a.Bytes) + 1023) >> 10}, nil
}

// CheckDesign implements office.Designs.
func (p officePapers) CheckDesign(ctx context.Context, d office.Design, s office.Specimen) error {
	if err := d.Template.Validate(d.Kind); err != nil {
		return err
	}
	page, err := p.specimen(ctx, d, s)
	if err != nil {
		return err
	}
	if err := pdf.CheckPages(ctx, []pdf.Page{page}, pdf.A4); err != nil {
		return err
	}
	return pdf.Legible(page, pdf.A4)
}

// DrawDesign implements office.Designs.
func (p officePapers) DrawDesign(ctx context.Context, w io.Writer, d office.Design, s office.Specimen, form string) error {
	page, err := p.specimen(ctx, d, s)
	if err != nil {
		return err
	}
	if form == "svg" {
		return pdf.Preview(w, page.Certificate, page.Look, pdf.A4)
	}
	return pdf.PrintRun(ctx, w, []pdf.Page{page}, pdf.A4, nil)
}

// specimen is a page to look at a design with. Its code stands for nothing.
func (p officePapers) specimen(ctx context.Context, d office.Design, s office.Specimen) (pdf.Page, error) {
	e, err := p.edition(ctx, d.Edition)
	if err != nil {
		return pdf.Page{}, err
	}
	rev := results.Revision{Edition: d.Edition, Race: s.Race, State: results.Official, Rows: s.Rows}
	issuer, err := award.NewIssuer(e, rev, award.Options{Lang: d.Lang, Key: make([]byte, 32), Base: s.Base})
	if err != nil {
		return pdf.Page{}, err
	}
	c, err := issuer.Specimen(s.Row, d.Kind)
	if err != nil {
		return pdf.Page{}, err
	}
	look, err := p.look(ctx, d)
	return pdf.Page{Certificate: c, Look: look}, err
}

// look is how a design is drawn; nil is the design of the house.
func (p officePapers) look(ctx context.Context, d office.Design) (*pdf.Look, error) {
	if d.House {
		return nil, nil
	}
	look := &pdf.Look{Template: &d.Template}
	if d.Artwork == "" {
		return look, nil
	}
	a, err := p.db.Artwork(ctx, d.Edition, d.Artwork)
	if err != nil {
		return nil, err
	}
	look.Picture, err = pictures.of(a)
	return look, err
}

// pages gives each certificate the look it is printed in: that of the version it
// was printed with first, else of the one in use. versions are by code.
func (p officePapers) pages(ctx context.Context, certs []award.Certificate, o office.Order, kind award.Kind) (pages []pdf.Page, versions map[string]int, err error) {
	k := keyOf(o, kind)
	printed, err := p.db.PrintVersions(ctx, storeKey(k), o.Race)
	if err != nil {
		return nil, nil, err
	}
	now, err := p.Design(ctx, k, 0)
	if err != nil {
		return nil, nil, err
	}
	looks := map[int]*pdf.Look{0: nil}
	pages, versions = make([]pdf.Page, len(certs)), map[string]int{}
	for i, c := range certs {
		version, before := printed[string(c.Code)]
		if !before {
			version = now.Version
		}
		look, known := looks[version]
		if !known {
			d := now
			if version != now.Version {
				if d, err = p.Design(ctx, k, version); err != nil {
					return nil, nil, err
				}
			}
			if look, err = p.look(ctx, d); err != nil {
				return nil, nil, err
			}
			looks[version] = look
		}
		pages[i], versions[string(c.Code)] = pdf.Page{Certificate: c, Look: look}, version
	}
	return pages, versions, nil
}

// pictures keeps the artworks used last, ready to be drawn.
var pictures pictureShelf

type pictureShelf struct {
	sync.Mutex
	list []*shelved // the one used last at the end
}

type shelved struct {
	hash    string
	picture *pdf.Picture
}

const keptPictures = 6

// of prepares a picture, or finds it. Its hash names its bytes, so one shelf
// serves every store.
func (s *pictureShelf) of(a store.Artwork) (*pdf.Picture, error) {
	s.Lock()
	defer s.Unlock()
	for i, k := range s.list {
		if k.hash == a.Hash {
			s.list = append(append(s.list[:i:i], s.list[i+1:]...), k)
			return k.picture, nil
		}
	}
	art, err := award.ReadArtwork(a.Name, a.Bytes)
	if err != nil {
		return nil, err
	}
	k := &shelved{a.Hash, pdf.NewPicture(art)}
	s.list = append(s.list, k)
	if len(s.list) > keptPictures {
		s.list = append([]*shelved{}, s.list[1:]...)
	}
	return k.picture, nil
}
