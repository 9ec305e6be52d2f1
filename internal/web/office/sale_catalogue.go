package office

import (
	"context"
	"errors"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// kindCatalogue is the kind of the uploaded file.
var kindCatalogue = kind{"catalogue", "catalogue", access.SaleCatalogue, "catalogue.toml", ""}

// CatalogueBody is the largest catalogue that is taken, in bytes.
const CatalogueBody = 1 << 20

type saleCatalogueView struct {
	*salePlace
	Form *site.Form
}

// atCatalogue is the place of a call about the catalogue: it answers also where there is
// none yet.
func (m *Room) atCatalogue(c *site.Call) (*salePlace, error) {
	sp, err := m.salePlace(c, "catalogue", access.SaleCatalogue)
	if err == nil && !sp.Sells {
		err = fault.New(fault.NotFound, "sale.none", nil)
	}
	return sp, err
}

// SaleCatalogue answers GET …/sale/catalogue: what is sold, and where a new file
// is brought in.
func (m *Room) SaleCatalogue(c *site.Call) error {
	sp, err := m.atCatalogue(c)
	if err != nil {
		return err
	}
	return m.showCatalogue(c, sp, site.NewForm(nil))
}

func (m *Room) showCatalogue(c *site.Call, sp *salePlace, f *site.Form) error {
	return c.Render(f.Status(), "sale_catalogue", sp.Title(c.T("office.sale.catalogue")), saleCatalogueView{sp, f})
}

// SaleCatalogueUpload answers POST …/sale/catalogue: the file is kept, and
// looked at next.
func (m *Room) SaleCatalogueUpload(c *site.Call) error {
	sp, err := m.atCatalogue(c)
	if err != nil {
		return err
	}
	u, err := m.stage(c, sp.Desk.Edition, kindCatalogue)
	if err != nil {
		f := site.NewForm(nil)
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showCatalogue(c, sp, f)
	}
	return c.Redirect(sp.Base() + "/sale/catalogue/" + u.ID)
}

type saleUploadView struct {
	*salePlace
	Upload  Upload
	Form    *site.Form
	Faults  fault.List
	Rules   []ruleDiff
	New     *sale.Catalogue
	Effect  *saleEffect
	Confirm bool // quotas would be smaller than what is sold of them
	Path    string
}

// SaleCatalogueLook answers GET …/sale/catalogue/{upload}: what the file would
// change.
func (m *Room) SaleCatalogueLook(c *site.Call) error {
	v, err := m.lookAtCatalogue(c)
	if err != nil {
		return err
	}
	return c.Render(v.Form.Status(), "sale_upload", v.Title(v.Upload.Name), v)
}

func (m *Room) lookAtCatalogue(c *site.Call) (*saleUploadView, error) {
	sp, err := m.atCatalogue(c)
	if err != nil {
		return nil, err
	}
	u, err := m.upload(c, sp.Desk.Edition, kindCatalogue)
	if err != nil {
		return nil, err
	}
	v := &saleUploadView{salePlace: sp, Upload: u, Form: site.NewForm(nil), Path: sp.Base() + "/sale/catalogue/" + u.ID}
	next, err := readCatalogue(sp.Desk.Edition, u)
	if err != nil {
		return v, v.refused(err)
	}
	v.New = next
	if sp.Catalogue == nil {
		return v, nil
	}
	v.Rules = sp.catalogueDifferences(next)
	err = v.rehearse(c, next, false)
	if fault.CodeOf(err) == "sale.size_below_sold" {
		v.Confirm = true
		_ = v.Form.Add(plain(err))
		err = v.rehearse(c, next, true)
	}
	return v, v.refused(err)
}

// refused keeps what is wrong with the file; what is wrong with the program is
// given back.
func (v *saleUploadView) refused(err error) error {
	var list fault.List
	var one *fault.Error
	switch {
	case err == nil:
	case errors.As(err, &list):
		v.Faults = append(v.Faults, list...)
	case errors.As(err, &one) && one.Kind != fault.Internal && one.Kind != fault.Unavailable:
		v.Faults = append(v.Faults, one)
	default:
		return err
	}
	return nil
}

func (v *saleUploadView) rehearse(c *site.Call, next *sale.Catalogue, confirm bool) error {
	changes, err := v.Counter.Rehearse(c.R.Context(), func(ctx context.Context, counter *sale.Counter) error {
		return counter.SetCatalogue(ctx, next, confirm, c.Actor)
	})
	if err == nil {
		v.Effect, err = v.effectOf(c.R.Context(), changes)
	}
	return err
}

// May reports whether the file can be taken.
func (v *saleUploadView) May() bool { return len(v.Faults) == 0 && v.New != nil }

// catalogueDifferences is what differs between the catalogue as it stands and a
// new one, apart from what the program keeps in it.
func (sp *salePlace) catalogueDifferences(next *sale.Catalogue) []ruleDiff {
	plain := func(c sale.Catalogue) sale.Catalogue {
		c.Edition, c.Version, c.Earlier, c.Room.Commitment, c.Draw.Commitment = "", 0, nil, "", ""
		return c
	}
	return differing(plain(*sp.Catalogue), plain(*next))
}

// SaleCatalogueTake answers POST …/sale/catalogue/{upload}/take.
func (m *Room) SaleCatalogueTake(c *site.Call) error {
	v, err := m.lookAtCatalogue(c)
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	if !v.May() || v.Confirm && f.Get("confirm") == "" {
		return c.Render(422, "sale_upload", v.Title(v.Upload.Name), v)
	}
	if v.Catalogue == nil {
		err = m.Sale.Create(c.R.Context(), c.Actor, v.New)
	} else {
		err = v.Counter.SetCatalogue(c.R.Context(), v.New, f.Get("confirm") != "", c.Actor)
	}
	if err != nil {
		return err
	}
	if _, err := m.Uploads.Take(c.R.Context(), c.Actor, v.Desk.Edition, v.Upload.ID); err != nil {
		return err
	}
	c.Flash(site.Good, "office.sale.catalogue_taken", "file", v.Upload.Name)
	return c.Redirect(v.Base() + "/sale/catalogue")
}

// SaleCatalogueDiscard answers POST …/sale/catalogue/{upload}/discard.
func (m *Room) SaleCatalogueDiscard(c *site.Call) error {
	sp, err := m.atCatalogue(c)
	if err != nil {
		return err
	}
	u, err := m.upload(c, sp.Desk.Edition, kindCatalogue)
	if err != nil {
		return err
	}
	if err := m.Uploads.Discard(c.R.Context(), c.Actor, sp.Desk.Edition, u.ID); err != nil {
		return err
	}
	c.Flash(site.Good, "office.import.discarded")
	return c.Redirect(sp.Base() + "/sale/catalogue")
}

// SaleCatalogueFile answers GET …/sale/catalogue/current.toml: the catalogue as
// it stands, or the example where there is none.
func (m *Room) SaleCatalogueFile(c *site.Call) error {
	sp, err := m.atCatalogue(c)
	if err != nil {
		return err
	}
	if sp.Catalogue == nil {
		return m.SaleCatalogueExample(c)
	}
	text, err := sale.WriteCatalogue(sp.Catalogue)
	if err != nil {
		return err
	}
	return attach(c, sp.Desk.Edition+"-catalogue.toml", "application/toml; charset=utf-8", text)
}

// SaleCatalogueExample answers GET …/sale/catalogue/example.toml: a small
// catalogue that can be brought in as it is.
func (m *Room) SaleCatalogueExample(c *site.Call) error {
	if _, err := m.atCatalogue(c); err != nil {
		return err
	}
	text, err := examples.ReadFile("example/catalogue.toml")
	if err != nil {
		return err
	}
	return attach(c, kindCatalogue.Example, "application/toml; charset=utf-8", text)
}

// readCatalogue reads an uploaded catalogue; every key must be known. All that is
// wrong with it is told at once, with its lines.
func readCatalogue(edition string, u Upload) (*sale.Catalogue, error) {
	c, unknown, err := sale.ParseCatalogue(u.Name, u.Bytes)
	if err == nil {
		err = unknown.OrNil()
	}
	if err != nil {
		return nil, err
	}
	c.Edition = edition
	return c, nil
}

// PricesOf are the prices of a product in words.
func (sp *salePlace) PricesOf(p *sale.Product) []string {
	var out []string
	for _, x := range p.Prices {
		s := sp.Money(x.Amount)
		if x.Class != "" {
			s += " " + sp.word("office.sale.class.", x.Class)
		}
		if x.From != "" {
			s += " ≥ " + x.From
		}
		out = append(out, s)
	}
	return out
}

// Hours is a length of time in the reader's words: "24 hours", "2 days".
func (sp *salePlace) Hours(d sale.Duration) string {
	switch t := time.Duration(d); {
	case t >= 48*time.Hour && t%(24*time.Hour) == 0:
		return sp.printer.T("fair.days", "n", int(t/(24*time.Hour)))
	case t >= time.Hour && t%time.Hour == 0:
		return sp.printer.T("fair.hours", "n", int(t/time.Hour))
	default:
		return sp.printer.T("fair.minutes", "n", int(t/time.Minute))
	}
}

// PricesAt are the prices of the i-th product in words.
func (sp *salePlace) PricesAt(i int) []string { return sp.PricesOf(&sp.Catalogue.Products[i]) }
