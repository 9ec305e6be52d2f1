package sale_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

func TestHold_PricesAreTheCataloguesAndFrozen(t *testing.T) {
	d := openDesk(t, func(c *sale.Catalogue) {
		p := c.Product("marathon")
		p.Prices = append(p.Prices, sale.Price{From: "2026-01-01", Sum: "120.00", Currency: "EUR"}, sale.Price{From: "2025-12-15", Sum: "110.00", Currency: "EUR"})
		sale.Fill(c)
	})
	local := runner("p1", "Local")
	local.Resident = true
	a := ask("resident", "marathon", local)
	for _, c := range []struct {
		day  string
		each int64
	}{{"2025-12-01T13:00", 10000}, {"2025-12-14T23:59", 10000}, {"2025-12-15T00:00", 11000}, {"2026-01-01T00:00", 12000}} {
		at, _ := time.ParseInLocation("2006-01-02T15:04", c.day, d.Head.Catalogue.Location())
		items, charges, err := sale.Quote(d.Head.Catalogue, race.At(at), wish("x", of("marathon", 2)))
		if err != nil || items[0].Each != eur(c.each) || charges[0].Amount != eur(2*c.each) {
			t.Errorf("%s: %v %v %v", c.day, items, charges, err)
		}
		if items, _, _ = sale.Quote(d.Head.Catalogue, race.At(at), a); items[0].Each != eur(2000) {
			t.Errorf("%s: a resident pays %s", c.day, items[0].Each)
		}
	}
	o := d.hold(wish("frozen", of("marathon", 1)))
	dear := saletest.Catalogue()
	dear.Product("marathon").Prices[0].Sum = "999.00"
	sale.Fill(dear)
	d.ok(d.c.SetCatalogue(ctx, dear, false, clerk))
	if o = d.pay(d.Order(o.ID)); o.Due() != eur(10000) || o.State != sale.Confirmed || o.Catalogue != 1 {
		t.Errorf("due %s, %s, by list %d", o.Due(), o.State, o.Catalogue)
	}
}

func TestHold_CurrenciesWithoutDecimals(t *testing.T) {
	d := openDesk(t)
	a := wish("won", of("tour-a", 1), of("half", 1))
	a.Currency, a.Voucher = "KRW", "TEN"
	o := d.hold(a)
	if o.Due() != money.Of(1512000, "KRW") || o.Deposit != money.Of(504000, "KRW") {
		t.Errorf("due %s, deposit %s", o.Due(), o.Deposit)
	}
	a = wish("yen", of("half", 1))
	a.Currency = "JPY"
	_, err := d.c.Hold(ctx, a)
	d.refuses("sale.currency", err)
	a = wish("euro-off", of("half", 1))
	a.Currency, a.Voucher = "KRW", "FIFTY"
	_, err = d.c.Hold(ctx, a)
	d.refuses("sale.voucher_currency", err)
}

func TestHold_APartnerSellsItsAllocationOnItsInvoice(t *testing.T) {
	d := openDesk(t)
	a := wish("agency", of("marathon", 2))
	a.Partner = "koryo"
	o := d.hold(a)
	if o.State != sale.Confirmed || o.Open().Minor != 0 || d.Balance("receivable:koryo", "EUR") != eur(20000) {
		t.Errorf("%s, open %s, receivable %s", o.State, o.Open(), d.Balance("receivable:koryo", "EUR"))
	}
	if d.Quota("race:marathon@koryo").Used != 2 || d.Quota("race:marathon").Used != 0 {
		t.Error("not out of the allocation")
	}
	a = wish("more", of("marathon", 1))
	a.Partner = "koryo"
	_, err := d.c.Hold(ctx, a)
	d.refuses("sale.sold_out", err)
	a.Partner = "nobody"
	_, err = d.c.Hold(ctx, a)
	d.refuses("sale.partner_unknown", err)
	d.whole()
}

func TestHold_StatesOfTheSale(t *testing.T) {
	for state, code := range map[string]string{"closed": "sale.closed", "postponed": "sale.closed", "cancelled": "sale.closed", "open": "", "": ""} {
		d := openDesk(t)
		d.Head.State = state
		_, err := d.c.Hold(ctx, wish("one", of("half", 1)))
		d.refuses(code, err)
	}
	d := openDesk(t, func(c *sale.Catalogue) { c.Closes = "2025-12-01T13:00" })
	_, err := d.c.Hold(ctx, wish("late", of("half", 1)))
	d.refuses("sale.closed", err)
	d = openDesk(t, func(c *sale.Catalogue) { c.Mode = sale.Draw })
	_, err = d.c.Hold(ctx, wish("lucky", of("half", 1)))
	d.refuses("sale.by_draw", err)
}

func TestHold_BadInputTakesNothing(t *testing.T) {
	d := openDesk(t)
	long := strings.Repeat("名", 1<<20/3)
	future := runner("p1", "Unborn")
	future.Birth = "2100-01-01"
	giant := runner("p1", "Giant")
	giant.Name.Printed = long
	for name, c := range map[string]struct {
		a    sale.Ask
		code string
	}{
		"negative":        {wish("x", of("marathon", -1)), "sale.quantity"},
		"none":            {wish("x", of("marathon", 0)), "sale.quantity"},
		"overflow":        {wish("x", of("meals", 1<<62)), "sale.quantity"},
		"nothing":         {wish("x"), "sale.nothing"},
		"unknown":         {wish("x", of("moon", 1)), "sale.product_unknown"},
		"hidden":          {wish("x", of("office", 1)), "sale.product_unknown"},
		"long product":    {wish("x", of(long, 1)), "sale.product_unknown"},
		"many lines":      {wish("x", make([]sale.Want, 5000)...), "sale.too_long"},
		"supplement":      {wish("x", of("single-a", 1)), "sale.needs"},
		"stranger":        {wish("x", sale.Want{Product: "half", N: 1, Person: "p9"}), "sale.person_unknown"},
		"currency":        {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Currency = "€" }), "sale.currency"},
		"long currency":   {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Currency = money.Currency(long) }), "sale.currency"},
		"long key":        {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Key = long }), "sale.too_long"},
		"long payer":      {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Private.Name = long }), "sale.too_long"},
		"long address":    {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Private.Address = long }), "sale.too_long"},
		"long e-mail":     {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Private.Email = long }), "sale.too_long"},
		"long voucher":    {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Voucher = long }), "sale.too_long"},
		"no id":           {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.ID = "" }), "sale.too_long"},
		"no e-mail":       {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Private.Email = "" }), "entry.email"},
		"two headers":     {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Private.Email = "a@b.example\r\nBcc: c@d.example" }), "entry.email"},
		"policy":          {with(wish("x", of("half", 1)), func(a *sale.Ask) { a.Policy = "perhaps" }), "sale.policy"},
		"born tomorrow":   {ask("x", "half", future), "entry.birth_future"},
		"a megabyte name": {with(ask("x", "half", giant), func(a *sale.Ask) { a.Private.Name = "" }), "entry.too_long"},
		"two races": {with(ask("x", "half", runner("p1", "Two")), func(a *sale.Ask) {
			a.Wants = append(a.Wants, sale.Want{Product: "marathon", N: 1, Person: "p1"})
		}), "sale.person_twice"},
	} {
		_, err := d.c.Hold(ctx, c.a)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %.200v, want %s", name, err, c.code)
		}
		if len(fmt.Sprint(err)) > 4000 {
			t.Errorf("%s: the fault repeats what was sent", name)
		}
	}
	if len(d.ByID) != 0 || len(d.Lines) != 0 || d.Head.Numbers["order"] != 0 {
		t.Errorf("something was taken: %d orders, %v", len(d.ByID), d.Lines)
	}
}

func with(a sale.Ask, change func(*sale.Ask)) sale.Ask {
	change(&a)
	return a
}

func TestHold_WritesItsNumberReferenceAndLog(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("half", 1)))
	if o.Number != "TES26-0001" || o.Reference != "RF"+o.Reference[2:4]+"TES260001" || !sale.ValidReference(o.Reference) {
		t.Errorf("%s %s", o.Number, o.Reference)
	}
	if sale.ValidReference("RF18539007547035") || !sale.ValidReference("RF18 5390 0754 7034") {
		t.Error("the check digits of ISO 11649")
	}
	if len(d.Audits) != 1 || d.Audits[0].Action != "order.hold" || d.Audits[0].Subject != o.Number {
		t.Errorf("%+v", d.Audits)
	}
	if sale.OrderNumber("pyongyang-2026", 42) != "PYO26-0042" || sale.OrderNumber("pyongyang-2026", 123456) != "PYO26-123456" {
		t.Error(sale.OrderNumber("pyongyang-2026", 42))
	}
	if o.Terms.Text.In("en") == "" || o.Terms.RaceDate != "2026-04-05" || o.Terms.Zone != "Asia/Pyongyang" {
		t.Errorf("terms as sold: %+v", o.Terms)
	}
}
