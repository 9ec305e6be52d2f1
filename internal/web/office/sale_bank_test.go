package office_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"stadion/internal/access"
	"stadion/internal/sale"
	"stadion/internal/web/webtest"
)

const bankPath = saleBase + "/bank"

// statement is a table of a bank with a line for each text.
func statement(texts ...string) string {
	s := "Buchung;Betrag;Auftraggeber/Empfänger;Verwendungszweck\n"
	for i, t := range texts {
		s += "0" + string(rune('1'+i)) + ".12.2025;1.100,00;Payer & <Sons>;" + t + "\n"
	}
	return s
}

func TestSaleBank_AStatementIsLookedAtTakenAndTheRestAssigned(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	one, two := s.held(t, "", "Anna"), s.held(t, "", "Ben")
	c := b.role(access.Treasurer)
	if w := b.role(access.Desk).get(bankPath); w.Code != http.StatusForbidden {
		t.Errorf("the desk sees bank statements: %d", w.Code)
	}
	wants(t, c.page(bankPath), "No transfer waits")
	text := statement("your ref "+s.m.Order(one).Reference, "thanks for the race", "order "+s.m.Order(two).Number)
	look := c.staged(bankPath, "december.csv", text)
	page := c.page(look)
	wants(t, page, s.m.Order(one).Number, "Take the statement: 1 matched", "names no order", "only an order number", "Payer &amp; &lt;Sons&gt;")
	if o := s.m.Order(one); o.Paid().Minor != 0 || len(s.m.Queue) > 0 {
		t.Fatal("looking at it changed something")
	}
	if to := c.sent(look+"/take", url.Values{}); to != bankPath {
		t.Errorf("leads to %s", to)
	}
	if o := s.m.Order(one); o.State != sale.Confirmed || o.Receipts[0].Method != "bank" {
		t.Errorf("%s %v", o.State, o.Receipts)
	}
	page = c.page(bankPath)
	wants(t, page, "Whose are these? 2", "thanks for the race")
	// The same file again: everything is known.
	look = c.staged(bankPath, "again.csv", text)
	page = c.page(look)
	if strings.Contains(page, "Take the statement") || strings.Count(words(page), "already known") < 3 {
		t.Error("the same statement would be taken twice")
	}
	if to := c.sent(look+"/discard", url.Values{}); to != bankPath {
		t.Errorf("leads to %s", to)
	}
	// One goes to the order it may be for, its effect shown first; one is not ours.
	for id, tr := range s.m.Queue {
		path := saleBase + "/remittance/" + url.PathEscape(id)
		if !strings.Contains(tr.Text, "order") {
			wants(t, c.page(path), "It names no order")
			c.sent(path, url.Values{"do": {"not_ours"}})
			continue
		}
		wants(t, c.page(path), s.m.Order(two).Number)
		wants(t, c.page(path+"?q="+s.m.Order(two).Number), "Ben Payer")
		wants(t, c.page(path+"?order="+two), "What it would do", "Give it to "+s.m.Order(two).Number)
		if s.m.Order(two).Paid().Minor != 0 {
			t.Fatal("looking at it changed something")
		}
		c.sent(path, url.Values{"do": {"assign"}, "order": {two}})
		if w := c.post(path, url.Values{"do": {"assign"}, "order": {one}}); w.Code != http.StatusConflict {
			t.Errorf("assigned twice: %d", w.Code)
		}
	}
	if o := s.m.Order(two); o.State != sale.Confirmed {
		t.Errorf("%s", o.State)
	}
	wants(t, c.page(bankPath), "No transfer waits")
}

func TestSaleBank_AWrongFileIsRefusedAndWhatWasSaidStays(t *testing.T) {
	b := newBench(t)
	b.edition()
	b.sells()
	c := b.role(access.Treasurer)
	for name, text := range map[string]string{"startlist.csv": "bib,name\n1,Kim\n", "scan.pdf": "%PDF-1.7", "empty.csv": ""} {
		w := c.upload(bankPath, name, text)
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, w.Code)
		}
		if faults := webtest.Check(strings.NewReader(w.Body.String())); len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
	}
	wants(t, c.page(bankPath+"?date=When&dates=mdy"), `value="When"`, "<details class=\"fold\" open>")
}

func TestSaleBank_EveryPageIsInOrderInEveryLanguage(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	id := s.held(t, "", "Anna")
	c := b.role(access.Treasurer)
	ref := s.m.Order(id).Reference
	text := statement(ref, "nothing", s.m.Order(id).Number) + "05.12.2025;-3,00;Bank;fee\n"
	look := c.staged(bankPath, "a.csv", text)
	c.sent(c.staged(bankPath, "b.csv", statement("other", ref+" "+ref))+"/take", url.Values{})
	pages := []string{bankPath, look}
	for id := range s.m.Queue {
		pages = append(pages, saleBase+"/remittance/"+url.PathEscape(id), saleBase+"/remittance/"+url.PathEscape(id)+"?order="+s.m.Order("id000000000000000000000001").ID)
	}
	for _, lang := range []string{"en", "ko", "zh", "de"} {
		c.lang = lang
		for _, p := range pages {
			page := c.page(p)
			for _, fault := range webtest.Check(strings.NewReader(page)) {
				t.Errorf("%s %s: %s", lang, p, fault)
			}
			if strings.Contains(page, "office.bank.") {
				t.Errorf("%s %s: a sentence is missing", lang, p)
			}
		}
	}
}
