package office

import (
	"strconv"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/mail"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// mailsOnPage is how many messages a page shows, each with its text.
const mailsOnPage = 30

type saleMailView struct {
	*salePlace
	Letters      []mailLine
	Waiting      int // all that have not gone
	Newer, Older string
}

// mailLine is a message of the outbox as its reader gets it.
type mailLine struct {
	sale.SentMail
	Letter mail.Letter
	Fault  error // why it cannot be written, nil if it can
	Number string
}

// State is how it fares: sent, waiting, or tried in vain.
func (l mailLine) State() string {
	switch {
	case l.Sent != 0:
		return "sent"
	case l.Error != "":
		return "tried"
	}
	return "waiting"
}

// Tongue is the language's own name.
func (l mailLine) Tongue() string { return lang.Tag(l.Lang).Own() }

// SaleMail answers GET …/sale/mail: the letters to buyers, the latest first, with
// what they say and whether they have gone.
func (m *Room) SaleMail(c *site.Call) error { return m.atSale(c, "mail", access.SaleList, m.saleMail) }

func (m *Room) saleMail(c *site.Call, sp *salePlace) error {
	all, err := sp.Views.Mails(c.R.Context(), sp.Desk.Edition, "")
	if err != nil {
		return err
	}
	v := saleMailView{salePlace: sp}
	for i := range all {
		if all[i].Sent == 0 {
			v.Waiting++
		}
	}
	from := min(pageFrom(c.Query("from")), len(all))
	t := site.Table{URL: c.R.URL}
	if from > 0 {
		v.Newer = t.With("from", strconv.Itoa(max(0, from-mailsOnPage)))
	}
	if from+mailsOnPage < len(all) {
		v.Older = t.With("from", strconv.Itoa(from+mailsOnPage))
	}
	w := &mail.Writer{Facts: sp.Views, Base: m.address(c), Event: func(string) string { return sp.Edition.Name }}
	for _, one := range all[from:min(len(all), from+mailsOnPage)] {
		l := mailLine{SentMail: one, Number: one.Args["number"]}
		if l.Letter, l.Fault = w.Write(c.R.Context(), sp.Desk.Edition, one.Mail); l.Fault != nil && fault.KindOf(l.Fault) == fault.Internal {
			return l.Fault
		}
		v.Letters = append(v.Letters, l)
	}
	return c.Render(200, "sale_mail", sp.Title(c.T("office.mail.title")), v)
}

func pageFrom(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// address is this site as the caller reached it.
func (m *Room) address(c *site.Call) string {
	if m.secure {
		return "https://" + c.R.Host
	}
	return "http://" + c.R.Host
}
