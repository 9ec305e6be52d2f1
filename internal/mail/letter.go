package mail

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"net/url"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/sale"
)

// Letter is a message as its reader gets it.
type Letter struct {
	Lang    lang.Tag
	Subject string
	From    string // name of the sender, "" = the server's
	ReplyTo string // address, "" = none
	Name    string // of the reader, "" = unknown
	Text    string
	HTML    string
	Body    []string // the paragraphs alone, for showing on a page
	Facts   []Fact
	Link    string
}

// Fact is a line of what is so: "To pay: 2,195.00 EUR".
type Fact struct{ Label, Value string }

// Facts of editions and orders, as sale.Views has them.
type Facts interface {
	Head(ctx context.Context, edition string) (sale.Head, error)
	Order(ctx context.Context, edition, id string) (*sale.Order, error)
	Wait(ctx context.Context, edition, id string) (*sale.Wait, error)
}

// Writer writes letters. It is safe for concurrent use.
type Writer struct {
	Facts Facts
	// Event is the name of an edition as readers know it; nil or "" is the seller's name.
	Event func(edition string) string
	// Base is the address of the site, "https://entries.example.org": links begin with it.
	Base string
}

// Write makes the letter of a message. What a message was given wins over what
// its order says now, so that a letter tells what was so when it was written.
// Fault Invalid mail.template for one nobody has written.
func (w *Writer) Write(ctx context.Context, edition string, m sale.Mail) (Letter, error) {
	form, ok := forms[m.Template]
	if !ok {
		return Letter{}, fault.New(fault.Invalid, "mail.template", fault.Args{"template": m.Template})
	}
	h, err := w.Facts.Head(ctx, edition)
	if err != nil {
		return Letter{}, err
	}
	var o *sale.Order
	if m.Order != "" {
		if o, err = w.Facts.Order(ctx, edition, m.Order); err != nil && fault.KindOf(err) != fault.NotFound {
			return Letter{}, err
		}
	}
	var x *sale.Wait
	if id := m.Args["wait"]; id != "" {
		if x, err = w.Facts.Wait(ctx, edition, id); err != nil && fault.KindOf(err) != fault.NotFound {
			return Letter{}, err
		}
	}
	p := lang.For(lang.Tag(m.Lang))
	v := &values{p: p, catalogue: h.Catalogue, order: o, place: x, edition: edition, base: strings.TrimSuffix(w.Base, "/")}
	v.fill(m, w.event(edition, h.Catalogue))
	return w.letter(v, m.Template, form), nil
}

func (w *Writer) event(edition string, c *sale.Catalogue) string {
	if w.Event != nil {
		if name := w.Event(edition); name != "" {
			return name
		}
	}
	if c != nil && c.Seller.Name != "" {
		return c.Seller.Name
	}
	return edition
}

// paragraphs is how many sentences a template can have: "mail.TEMPLATE.1" and on.
const paragraphs = 5

func (w *Writer) letter(v *values, name string, f form) Letter {
	kind, link := v.link(f.link)
	l := Letter{Lang: v.p.Tag, Subject: oneLine(v.p.With("mail."+name+".subject", v.args), 150), Link: link}
	if c := v.catalogue; c != nil {
		l.From, l.ReplyTo = oneLine(c.Seller.Name, 100), c.Seller.Email
	}
	switch {
	case v.order != nil:
		l.Name = oneLine(v.order.Private.Name, 100)
	case v.place != nil:
		l.Name = oneLine(v.place.Private.Name, 100)
	}
	for i := 1; i <= paragraphs; i++ {
		if s, ok := v.sentence("mail." + name + "." + string(rune('0'+i))); ok {
			l.Body = append(l.Body, s)
		}
	}
	for _, fact := range f.facts {
		if s, ok := v.shown(fact); ok {
			l.Facts = append(l.Facts, Fact{v.p.T("mail.fact." + fact), s})
		}
	}
	page := page{Letter: l, Greeting: v.p.T("mail.greeting"), Foot: v.foot()}
	if l.Name != "" {
		page.Greeting = v.p.T("mail.greeting_name", "name", l.Name)
	}
	if l.Link != "" {
		page.Press = v.p.T("mail.link." + kind)
	}
	l.Text, l.HTML = page.text(), page.html()
	return l
}

// page is a letter with what stands around it.
type page struct {
	Letter
	Greeting string
	Press    string // what the link does
	Foot     []string
}

func (p page) text() string {
	var b strings.Builder
	b.WriteString(p.Greeting + "\n\n")
	for _, s := range p.Body {
		b.WriteString(s + "\n\n")
	}
	for _, f := range p.Facts {
		b.WriteString("    " + f.Label + ": " + f.Value + "\n")
	}
	if len(p.Facts) > 0 {
		b.WriteString("\n")
	}
	if p.Link != "" {
		b.WriteString(p.Press + ":\n" + p.Link + "\n\n")
	}
	b.WriteString("-- \n" + strings.Join(p.Foot, "\n") + "\n")
	return b.String()
}

//go:embed letter.html
var sheet string

var leaf = template.Must(template.New("letter").Parse(sheet))

func (p page) html() string {
	var b bytes.Buffer
	if err := leaf.Execute(&b, p); err != nil {
		panic("mail: " + err.Error()) // the template is embedded and held by a test
	}
	return b.String()
}

// link is an address of the site for the reader and what is there, "" if there
// is none: the order, or the place on the list of somebody who has no order, or
// what is for sale.
func (v *values) link(kind string) (is, address string) {
	if v.base == "" {
		return "", ""
	}
	e := v.base + "/e/" + url.PathEscape(v.edition)
	switch wait := v.raw["wait"]; {
	case kind == "order" && v.id != "":
		return "order", e + "/order/" + url.PathEscape(v.id)
	case kind != "entry" && wait != "":
		return "list", e + "/list/" + url.PathEscape(wait)
	}
	return "entry", e + "/entry"
}
