package office_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/sale"
	"stadion/internal/web/webtest"
)

const saleBase = base + "/sale"

func (b *bench) partner(id string) *caller {
	return b.as("of-"+id, access.Grant{Edition: "test-2025", Role: access.Partner, Partner: id})
}

func (b *bench) role(r access.Role) *caller {
	return b.as("the-"+string(r), access.Grant{Edition: "test-2025", Role: r})
}

// An office without a sale, and an edition without a catalogue, say what would
// be here and what to do.
func TestSale_AnEmptySaleSaysTheNextStep(t *testing.T) {
	b := newBench(t)
	b.edition()
	c := b.organiser()
	wants(t, c.page(saleBase), "Nothing is sold here yet.", "was started without a sale")
	b.sale.empty()
	wants(t, c.page(saleBase), "Nothing is sold here yet.", saleBase+"/catalogue", "Upload the catalogue")
	if w := c.post(saleBase+"/orders/x/cancel", url.Values{}); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}

func TestSaleBoard_ShowsUnitsOrdersAndTasks(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	s.sold(t, "", "Anna")
	s.held(t, "", "Ben")
	s.later(10 * time.Minute)
	page := b.role(access.Desk).page(saleBase)
	wants(t, page, "TES25-", "Ben Payer", "Koryo", "1 sold", "1 held", "1 of 10")
	if n := strings.Count(page, "<svg viewBox"); n < 2 {
		t.Errorf("%d plots", n)
	}
}

// A partner sees its own allocation and orders and nothing of anybody else's.
func TestSale_APartnerNeverSeesAnothersOrder(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	own, public := s.sold(t, "koryo", "Own"), s.sold(t, "", "Stranger")
	c := b.partner("koryo")
	for _, path := range []string{saleBase, saleBase + "/orders", saleBase + "/orders?partner=-", saleBase + "/orders?sort=payer&state=confirmed"} {
		page := c.page(path)
		wants(t, page, "Own Payer")
		if strings.Contains(page, "Stranger") {
			t.Errorf("%s shows somebody else's order", path)
		}
	}
	if page := c.page(saleBase + "/orders?q=stranger@example.org"); strings.Contains(page, "Stranger") {
		t.Error("a search finds somebody else's order")
	}
	wants(t, c.page(saleBase+"/orders/"+own), "Own Payer")
	for _, act := range []string{"", "/cancel", "/names", "/swap", "/transfer"} {
		if w := c.get(saleBase + "/orders/" + public + act); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", act, w.Code)
		}
		if w := c.post(saleBase+"/orders/"+public+act, url.Values{"step": {"do"}, "why": {"buyer"}}); act != "" && w.Code != http.StatusNotFound {
			t.Errorf("POST %s: %d, want 404", act, w.Code)
		}
	}
	if o := s.m.Order(public); o.State != sale.Confirmed {
		t.Errorf("somebody else's order is %s", o.State)
	}
	if page := b.partner("other").page(saleBase + "/orders"); strings.Contains(page, "Payer") {
		t.Error("another partner sees orders")
	}
}

// An act shows what it will do, changes nothing until it is confirmed, and
// leaves its line in the log.
func TestSaleAct_CancelShowsItsEffectThenDoesIt(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	id := s.sold(t, "", "Anna")
	c := b.role(access.Desk)
	path := saleBase + "/orders/" + id
	before := len(s.m.Audits)
	page := c.page(path + "/cancel")
	wants(t, page, "What it would do", "given back", "Cancel TES25", "owed")
	if o := s.m.Order(id); o.State != sale.Confirmed || len(s.m.Audits) != before {
		t.Fatalf("looking changed it: %s", o.State)
	}
	if to := c.sent(path+"/cancel", url.Values{"why": {"buyer"}, "step": {"do"}}); to != path {
		t.Errorf("leads to %s", to)
	}
	if o := s.m.Order(id); o.State != sale.Cancelled || len(o.Refunds) == 0 {
		t.Errorf("%s with %d refunds", o.State, len(o.Refunds))
	}
	if !strings.Contains(s.audited(), "order.cancel") {
		t.Errorf("no line in the log:\n%s", s.audited())
	}
	wants(t, c.page(path), "cancelled", "Anna Payer")
	if w := c.get(path + "/cancel"); w.Code != http.StatusConflict {
		t.Errorf("cancelling twice: %d", w.Code)
	}
}

// Money recorded by hand counts once, however often the form is sent.
func TestSaleAct_CashSentTwiceIsRecordedOnce(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	id := s.held(t, "", "Anna")
	path := saleBase + "/orders/" + id
	if w := b.role(access.Desk).get(path + "/receipt"); w.Code != http.StatusForbidden {
		t.Errorf("the desk takes money: %d", w.Code)
	}
	c := b.role(access.Treasurer)
	wants(t, c.page(path+"/receipt"), "Record money", "1100.00")
	form := url.Values{"amount": {"1100.00"}, "method": {"cash"}, "id": {"abc"}, "step": {"do"}}
	c.sent(path+"/receipt", form)
	c.post(path+"/receipt", form)
	if o := s.m.Order(id); o.State != sale.Confirmed || len(o.Receipts) != 1 || o.Paid().Minor != 110000 {
		t.Errorf("%s, %v", o.State, o.Receipts)
	}
	if w := c.post(path+"/receipt", url.Values{"amount": {"ten"}, "method": {"cash"}, "step": {"do"}}); w.Code == http.StatusSeeOther {
		t.Error("an amount in words was taken")
	}
}

func TestSaleOrders_FilterSearchSortAndPage(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	s.sold(t, "", "Anna")
	s.held(t, "", "Zoe")
	c := b.role(access.Desk)
	has := func(path string, want ...string) {
		t.Helper()
		page := c.page(saleBase + "/orders" + path)
		for _, name := range []string{"Anna", "Zoe"} {
			if got := strings.Contains(page, name+" Payer"); got != strings.Contains(strings.Join(want, " "), name) {
				t.Errorf("%s: %s is %v", path, name, got)
			}
		}
	}
	has("", "Anna", "Zoe")
	has("?state=held", "Zoe")
	has("?q=ANNA@example.org", "Anna")
	has("?q=nobody@example.org")
	has("?partner=koryo")
	for _, key := range []string{"number", "payer", "state", "due", "open", "made"} {
		has("?sort="+key+"&dir=desc", "Anna", "Zoe")
	}
	page := c.page(saleBase + "/orders?sort=payer&dir=desc")
	if strings.Index(page, "Zoe Payer") > strings.Index(page, "Anna Payer") {
		t.Error("not in descending order of payers")
	}
}

// Every page of the sale, in every language, for those who may see it.
func TestSale_PagesPassTheCheckInEveryLanguage(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	id, held, own := s.sold(t, "", "Anna"), s.held(t, "", "Ben"), s.held(t, "koryo", "Cho")
	organiser, partner := b.organiser(), b.partner("koryo")
	o := saleBase + "/orders/"
	for _, lang := range []string{"en", "ko", "zh", "de"} {
		organiser.lang, partner.lang = lang, lang
		for _, path := range salePages(id, held) {
			checked(t, organiser, path)
		}
		for _, path := range []string{saleBase, saleBase + "/orders", o + own, o + own + "/cancel", o + own + "/names",
			saleBase + "/new", saleBase + "/quotas", saleBase + "/units", saleBase + "/export"} {
			checked(t, partner, path)
		}
	}
}

func salePages(sold, held string) []string {
	o := saleBase + "/orders/"
	out := []string{saleBase, saleBase + "/orders", saleBase + "/orders?sort=due", saleBase + "/orders?q=none-1", o + sold, o + held, o + held + "/receipt"}
	for _, act := range []string{"names", "approval", "swap", "transfer", "refund", "defer", "cancel"} {
		out = append(out, o+sold+"/"+act)
	}
	for _, page := range []string{"new", "list", "list?all=1", "quotas", "quotas/resize?quota=race:half&size=12", "quotas/resize", "quotas/release?partner=koryo", "units",
		"ledger", "ledger?account=buyer", "refunds", "state", "state/set?state=cancelled", "catalogue", "export", "list/promote"} {
		out = append(out, saleBase+"/"+page)
	}
	return out
}

func checked(t *testing.T, c *caller, path string) {
	t.Helper()
	w := c.get(path)
	if w.Code != http.StatusOK && w.Code != http.StatusUnprocessableEntity {
		t.Errorf("%s in %s: %d %s", path, c.lang, w.Code, words(w.Body.String()))
		return
	}
	for _, fault := range webtest.Check(strings.NewReader(w.Body.String())) {
		t.Errorf("%s in %s: %s", path, c.lang, fault)
	}
}

// A sale by the office is shown first, held once however often it is sent, and
// a partner's comes from its own allocation whatever the form says.
func TestSaleNew_ByTheOfficeAndByAPartner(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	form := url.Values{"id": {"order-of-the-form"}, "name": {"Phone Payer"}, "email": {"phone@example.org"}, "lang": {"de"}, "currency": {"EUR"}, "persons": {"1"},
		"p1.printed": {"Anna"}, "p1.given": {"ANNA"}, "p1.family": {"EXAMPLE"}, "p1.birth": {"1990-05-14"}, "p1.sex": {"F"}, "p1.country": {"deu"},
		"p1.tour": {"tour-a"}, "p1.race": {"marathon"}, "n.shirt": {"1"}, "step": {"look"}}
	desk := b.role(access.Desk)
	w := desk.post(saleBase+"/new", form)
	wants(t, w.Body.String(), "New order", "1,125.00", "Hold these places")
	if len(s.m.ByID) != 0 {
		t.Fatal("looking sold something")
	}
	form.Set("step", "do")
	to := desk.sent(saleBase+"/new", form)
	if again := desk.sent(saleBase+"/new", form); again != to || len(s.m.ByID) != 1 {
		t.Errorf("sent twice it is %d orders", len(s.m.ByID))
	}
	if o := s.m.Order("order-of-the-form"); o.Partner != "" || o.Lang != "de" || o.Due().Minor != 112500 || o.Private.Persons[0].Country != "DEU" {
		t.Errorf("%+v", o)
	}
	partner := b.partner("koryo")
	form.Set("id", "order-of-the-partner")
	form.Set("partner", "")
	partner.sent(saleBase+"/new", form)
	if o := s.m.Order("order-of-the-partner"); o == nil || o.Partner != "koryo" {
		t.Errorf("a partner's order is %+v", o)
	}
	form.Set("partner", "somebody-else")
	if w := partner.post(saleBase+"/new", form); w.Code == http.StatusSeeOther {
		t.Error("a partner sold from somebody else's allocation")
	}
}

// Case 13 at the desk: a size below what is sold needs its own yes.
func TestSaleQuotas_Case13_BelowSoldNeedsConfirmation(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	s.sold(t, "", "Anna")
	c := b.organiser()
	form := url.Values{"quota": {"race:marathon"}, "size": {"0"}, "step": {"do"}}
	w := c.post(saleBase+"/quotas/resize", form)
	if w.Code == http.StatusSeeOther || s.m.Quota("race:marathon").Size == 0 {
		t.Fatalf("taken without a yes: %d", w.Code)
	}
	wants(t, w.Body.String(), `name="confirm"`, "Nothing is cancelled")
	form.Set("confirm", "1")
	c.sent(saleBase+"/quotas/resize", form)
	if q := s.m.Quota("race:marathon"); q.Size != 0 || q.Used != 1 || q.Free() != 0 {
		t.Errorf("%+v", q)
	}
	wants(t, c.page(saleBase+"/quotas"), "0 (1 over)")
}

// Case 47 at the desk: an edition is cancelled with a preview of the notices,
// then every order is reversed; a second run does nothing twice.
func TestSaleState_Case47_CancelThenReverse(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	one, two := s.sold(t, "", "Anna"), s.held(t, "", "Ben")
	c := b.organiser()
	if w := c.post(saleBase+"/state/reverse", nil); w.Code != http.StatusConflict {
		t.Errorf("reversed before it was cancelled: %d", w.Code)
	}
	mails := len(s.m.Mails)
	wants(t, c.page(saleBase+"/state/set?state=cancelled"), "Edition cancelled", "Anna Payer", "Ben Payer")
	if len(s.m.Mails) != mails || s.m.Head.State != "" {
		t.Fatal("a look told everybody")
	}
	c.sent(saleBase+"/state/set", url.Values{"state": {"cancelled"}, "step": {"do"}})
	wants(t, c.page(saleBase+"/state"), "Cancel 2 orders")
	c.await(c.sent(saleBase+"/state/reverse", nil))
	for _, id := range []string{one, two} {
		if o := s.m.Order(id); o.State != sale.Cancelled {
			t.Errorf("%s is %s", o.Number, o.State)
		}
	}
	refunds := len(s.m.Order(one).Refunds)
	c.await(c.sent(saleBase+"/state/reverse", nil))
	if n := len(s.m.Order(one).Refunds); n != refunds || n != 1 {
		t.Errorf("%d refunds, then %d", refunds, n)
	}
	wants(t, b.role(access.Treasurer).page(saleBase+"/refunds"), "Anna Payer", "1,100.00")
}

// A catalogue is looked at before it is taken; what is written is what is read.
func TestSaleCatalogue_UploadPreviewTakeAndBack(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	c := b.organiser()
	text := c.page(saleBase + "/catalogue/current.toml")
	same := c.staged(saleBase+"/catalogue", "same.toml", text)
	wants(t, c.page(same), "The rules are the same as before.")
	bad := c.staged(saleBase+"/catalogue", "bad.toml", "opens = 3\nnonsense = true\n")
	wants(t, c.page(bad), "bad.toml", "cannot be taken")
	more := c.staged(saleBase+"/catalogue", "more.toml", strings.Replace(text, "size = 10", "size = 11", 1))
	wants(t, c.page(more), "race:marathon", "11")
	if s.m.Head.Catalogue.Resources[0].Size != 10 {
		t.Fatal("a look changed the catalogue")
	}
	c.sent(more+"/take", nil)
	if s.m.Head.Catalogue.Resources[0].Size != 11 || !strings.Contains(s.audited(), "sale.catalogue") {
		t.Errorf("%d, %s", s.m.Head.Catalogue.Resources[0].Size, s.audited())
	}
	b.sale.empty()
	first := c.staged(saleBase+"/catalogue", "first.toml", c.page(saleBase+"/catalogue/example.toml"))
	wants(t, c.page(first), "This begins the sale")
	c.sent(first+"/take", nil)
	wants(t, c.page(saleBase), "Half marathon")
}

// Files hold no formulas, partners' files hold their own, and each stands in the
// log.
func TestSaleExport_FilesByRole(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	s.sold(t, "koryo", "Own")
	s.sold(t, "", "=1+1")
	desk, partner := b.role(access.Desk), b.partner("koryo")
	csv := desk.post(saleBase+"/export/orders.csv", nil)
	wants(t, csv.Body.String(), "'=1+1 Payer", "Own Payer", "1100.00")
	for _, name := range []string{"orders", "persons", "units"} {
		own := partner.post(saleBase+"/export/"+name+".csv", nil).Body.String()
		if strings.Contains(own, "=1+1") || strings.Count(own, "\n") < 2 {
			t.Errorf("%s of a partner:\n%s", name, own)
		}
		if w := desk.post(saleBase+"/export/"+name+".xlsx", nil); w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "PK") {
			t.Errorf("%s.xlsx: %d", name, w.Code)
		}
	}
	if w := desk.post(saleBase+"/export/postings.csv", nil); w.Code != http.StatusForbidden {
		t.Errorf("the desk takes the ledger of money: %d", w.Code)
	}
	wants(t, b.role(access.Treasurer).post(saleBase+"/export/postings.csv", nil).Body.String(), "entry,at,order,account")
	if n := strings.Count(s.audited(), "sale.export"); n < 7 {
		t.Errorf("%d lines in the log of files", n)
	}
}
