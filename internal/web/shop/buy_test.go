package shop_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/lang"
	"stadion/internal/sale"
)

func TestShop_TwoBuyPayAndCancelInEveryLanguage(t *testing.T) {
	for _, tag := range lang.Tags {
		m := newMarket(t)
		b := m.buyer()
		b.lang = tag
		p := lang.For(tag)
		b.get(base+"/entry").is(200, "Tour a", p.T("shop.places_left", "n", 18))
		b.review("tour-a").is(200, "김민수", "Tour a", p.T("shop.terms.agree"))
		b.hold("card").is(200, p.T("shop.state.held"))
		o := b.order()
		if o.State != sale.Held || len(o.Private.Persons) != 2 || o.Lang != string(tag) {
			t.Fatalf("%+v", o)
		}
		path := b.at
		b.get(path+"/pay?split=3").is(200, "/share/")
		b.get(path)
		b.paid().is(200, p.T("shop.headline.confirmed", "n", 2), p.T("shop.pay.received"))
		if o = m.store.Order(o.ID); o.State != sale.Confirmed || o.Open().Minor <= 0 {
			t.Fatalf("%s, open %s", o.State, o.Open())
		}
		b.get(path + "/person/p1").is(200)
		b.get(path + "/person/p1/swap").is(200)
		b.get(path+"/person/p1/swap?product=half").is(200, p.T("shop.swap.do", "race", "Half marathon"))
		b.get(path + "/person/p1/transfer").is(200)
		b.get(path + "/person/p1/cancel").is(200)
		b.get(path + "/defer").is(200)
		b.get(path+"/cancel").is(200, p.T("shop.cancel.final"))
		b.post(path+"/cancel", form()).is(200, p.T("shop.state.cancelled"))
		for _, paper := range b.order().Papers {
			b.get(path+"/paper/"+url.PathEscape(paper.Number)).is(200, paper.Number, "Invented Tours")
		}
		if q := m.store.Quota("race:marathon"); q.Used != 0 {
			t.Errorf("%d places are still taken", q.Used)
		}
		b.get(base + "/entry/find").is(200)
		b.post(base+"/entry/find", form("email", "ada@example.org")).is(200, p.T("shop.find.sent"))
		for _, state := range []string{"closed", "postponed", "cancelled"} {
			m.store.Head.State = state
			b.get(base+"/entry").is(200, p.T("shop.phase."+state))
		}
	}
}

func TestShop_AnOrdersPageIsKeptIndexedAndNamedByNobody(t *testing.T) {
	b := newMarket(t).buyer()
	b.review("tour-a").hold("card").is(200)
	for _, path := range []string{b.at, b.at + "/pay", b.at + "/cancel", base + "/entry/order/persons"} {
		b.get(path).is(200)
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"} {
			if got := b.header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
	b.get(base + "/order/order999999999999999999999").is(404)
	b.get("/e/another/order/" + b.order0()).is(404)
}

func (b *buyer) order0() string {
	for id := range b.store.ByID {
		return id
	}
	return ""
}

func TestShop_NothingWrittenIsLostOnAFault(t *testing.T) {
	b := newMarket(t).buyer()
	b.post(base+"/entry/order", form("n", "2", "act", "next", "tour.1", "tour-a", "race.1", "half", "tour.2", "tour-a", "race.2", "half")).is(200)
	v := two()
	v.Set("birth.2", "2031-01-01")
	v.Set("name.1", "Ada \"Ä\" <Example>")
	v.Del("country.1")
	b.post(base+"/entry/order/persons", v).is(422, "Ada &#34;Ä&#34; &lt;Example&gt;", "2031-01-01", "김민수", `id="birth.2-fault"`, `id="country.1-fault"`)
	b.get(base+"/entry/order/persons").is(200, "Ada &#34;Ä&#34; &lt;Example&gt;", "2031-01-01")
	b.get(base+"/entry/order").is(200, "김민수")
	b.get(base+"/entry/order/review").is(422, `id="birth.2-fault"`) // nobody gets past it by the address
}

func TestShop_TheDraftIsSealedInTheBrowserAndStoredNowhere(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-a")
	u, _ := url.Parse(b.server.URL + base + "/entry/order")
	cookies := b.client.Jar.Cookies(u)
	if len(cookies) == 0 {
		t.Fatal("no draft")
	}
	for _, k := range cookies {
		if strings.Contains(k.Value, "Ada") || strings.Contains(k.Value, "QWRh") { // plain, or in base64
			t.Errorf("%s can be read: %s", k.Name, k.Value)
		}
	}
	if out, _ := url.Parse(b.server.URL + base + "/results"); len(b.client.Jar.Cookies(out)) != 0 {
		t.Error("other pages are sent the draft")
	}
	if len(m.store.ByID) != 0 || len(m.store.Lines) != 0 {
		t.Error("something was taken")
	}
	b.post(base+"/entry/order/review", with(form("draft", cookies[0].Value, "key", "0123456789abcdef", "act", "hold", "terms", "1")))
	if len(m.store.ByID) != 0 {
		t.Error("a draft is no review: what was not shown was bought")
	}
}

func TestShop_WhoCannotTravelIsToldBeforeAnythingIsHeld(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.post(base+"/entry/order", form("n", "2", "act", "next", "tour.1", "tour-a", "race.1", "marathon", "tour.2", "tour-a")).is(200, "Not valid for this journey.")
	v := two()
	v.Set("country.2", "USA")
	v.Set("birth.1", "2010-01-01")
	b.post(base+"/entry/order/persons", v).is(422, `id="country.2-fault"`, `id="birth.1-fault"`)
	b.get(base + "/entry/order/review").is(422)
	if len(m.store.ByID) != 0 {
		t.Error("held")
	}
}

func TestShop_PricesComeFromTheCatalogueAlone(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-a")
	b.post(base+"/entry/order/review", with(b.fields(), form("act", "hold", "terms", "1", "total", "1", "price", "-5", "gift.meals", "-3"))).is(200)
	if due := b.order().Due(); due.Minor != 212000 { // two tours, a marathon, two gifts
		t.Errorf("due %s", due)
	}
}

func TestSale_Case01_TheSamePressTwiceIsOneOrder(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-a")
	again := with(b.fields(), form("act", "hold", "terms", "1", "method", "card"))
	b.post(base+"/entry/order/review", again).is(200)
	first := b.at
	b.post(base+"/entry/order/review", again).is(200)
	if b.at != first || len(m.store.ByID) != 1 {
		t.Errorf("%s and %s, %d orders", first, b.at, len(m.store.ByID))
	}
}

func TestSale_Case02_ASecondOrderShowsTheFirstToItsOwnBrowserAlone(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-a").hold("card").is(200)
	first := b.at
	if b.review("tour-b").hold("card").is(200, "A second one was not made."); b.at != first {
		t.Errorf("at %s", b.at)
	}
	other := m.buyer()
	other.review("tour-b").hold("card").is(422, "There is an order for this e-mail address already").silent(strings.TrimPrefix(first, base))
	mails := 0
	for _, x := range m.store.Mails {
		if x.Template == "order.link" && x.To == "ada@example.org" {
			mails++
		}
	}
	if mails != 1 || len(m.store.ByID) != 1 {
		t.Errorf("%d letters, %d orders", mails, len(m.store.ByID))
	}
}

func TestSale_Case03_WhatIsOutIsNamedAndOnePressFits(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-a")
	for i := range m.store.Head.Quotas { // somebody was quicker
		if q := &m.store.Head.Quotas[i]; q.ID() == "seat:a" {
			q.Used = q.Size
		}
	}
	b.hold("card").is(409, "seat:a", "Tour b instead of Tour a", base+"/list?")
	if len(m.store.ByID) != 0 || m.store.Quota("race:marathon").Used != 0 {
		t.Error("something was taken")
	}
	act := regexp.MustCompile(`value="(instead\.[^"]+)"`).FindStringSubmatch(b.page)
	if act == nil {
		t.Fatal("no press")
	}
	v := b.fields()
	v.Set("act", strings.ReplaceAll(act[1], "&gt;", ">"))
	b.post(base+"/entry/order/review", v).is(200, "Tour b").hold("card").is(200)
	if m.store.Quota("seat:b").Used != 2 {
		t.Errorf("%+v", m.store.Quota("seat:b"))
	}
}

func TestShop_AHoldThatEndedSaysSoAndOffersTheWayBack(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-a").hold("card").is(200)
	path := b.at
	m.now = m.now.Add(24 * time.Hour)
	b.get(path).is(200, "This hold has ended", "Order again").silent("/cancel")
	b.post(path+"/pay", form("part", "all")).is(200, "This hold has ended")
}

func TestShop_ATransferIsToldWithReferenceAndCode(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-b").hold("bank").is(200, "DE89 3704 0044 0532 0130 00", "COBADEFFXXX", `<svg class="qr"`)
	o := b.order()
	if o.Reference == "" || !o.Bank {
		t.Fatalf("%+v", o)
	}
	plain := strings.ReplaceAll(text(b.page), " ", "")
	if !strings.Contains(plain, o.Reference) {
		t.Errorf("the reference %s is not shown", o.Reference)
	}
	r := sale.Receipt{ID: "line-1", Method: "bank", At: m.now, Amount: o.Due()}
	if _, err := m.counter.Receive(t.Context(), o.ID, r, access.Actor{}); err != nil {
		t.Fatal(err)
	}
	b.get(b.at).is(200, "Everything is paid")
}

func TestShop_SharesArePaidBySeveralWhoSeeNothingOfTheOrder(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-a").hold("card").is(200)
	id, path := b.order().ID, b.at
	b.get(path + "/pay?split=2").is(200)
	shares := regexp.MustCompile(`value="(http[^"]+/share/[^"]+)"`).FindAllStringSubmatch(b.page, -1)
	if len(shares) != 2 {
		t.Fatalf("%d shares", len(shares))
	}
	for i, s := range shares {
		friend := m.buyer()
		friend.get(s[1]).is(200, "Share").silent("김민수", "Ada", id)
		at := friend.at
		friend.post(at, form()).is(200)
		friend.post(friend.uri, form("do", "pay")).is(200).silent("김민수", id)
		if i == 0 && m.store.Order(id).State != sale.Held {
			t.Error("confirmed by half")
		}
	}
	if o := m.store.Order(id); o.State != sale.Confirmed || o.Paid() != o.Deposit {
		t.Errorf("%s, paid %s of %s", o.State, o.Paid(), o.Deposit)
	}
	b.get(shares[0][1] + "x").is(404)
}

func TestShop_FindingAnOrderTellsNobodyWhetherThereIsOne(t *testing.T) {
	m := newMarket(t)
	m.buyer().review("tour-a").hold("card").is(200)
	before := len(m.store.Mails)
	known, unknown := m.buyer(), m.buyer()
	known.post(base+"/entry/find", form("email", " ADA@example.org ")).is(200)
	unknown.post(base+"/entry/find", form("email", "nobody@example.org")).is(200)
	if known.page != unknown.page {
		t.Error("the two answers differ")
	}
	if len(m.store.Mails) != before+1 {
		t.Errorf("%d letters", len(m.store.Mails)-before)
	}
	for range 9 {
		known.post(base+"/entry/find", form("email", "ada@example.org")).is(200)
	}
	if n := len(m.store.Mails) - before; n != 3 {
		t.Errorf("%d letters in an hour", n)
	}
	known.post(base+"/entry/find", form("email", "no address")).is(422)
}

func TestShop_SwapTransferAndDocumentsFromTheOrder(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-a").hold("card").is(200)
	path := b.at
	b.paid().is(200)
	b.post(path+"/person/p1", form("family", "EXAMPLE", "given", "ADA", "issuer", "DEU", "number", "C01X00T47", "expires", "2031-05-05", "email", "ada@example.org")).is(200, "It is kept.")
	if d := b.order().Private.Persons[0].Document; d.Number != "C01X00T47" || d.Issuer != "DEU" {
		t.Errorf("%+v", d)
	}
	b.post(path+"/person/p1", form("number", "C01X00T47", "expires", "31.12.2030", "issuer", "DEU")).is(422, `id="expires-fault"`)
	b.get(path+"/person/p1/swap?product=half").is(200, "Half marathon")
	if m.store.Quota("race:half").Used != 0 {
		t.Fatal("looking has taken a place")
	}
	b.post(path+"/person/p1/swap", form("product", "half")).is(200, "The race is changed.")
	if m.store.Quota("race:half").Used != 1 || m.store.Quota("race:marathon").Used != 0 {
		t.Error("the units have not moved")
	}
	to := form("name", "Bea Beispiel", "birth", "1991-01-01", "sex", "F", "country", "AUT", "email", "bea@example.org", "act", "show")
	b.post(path+"/person/p1/transfer", to).is(200, "This cannot be undone")
	if b.store.Order(b.orderID(path)).Private.Persons[0].Name.Printed != "Ada Example" {
		t.Fatal("looking has transferred")
	}
	to.Set("act", "do")
	b.post(path+"/person/p1/transfer", to).is(200, "The place is given away.", "Bea Beispiel")
	to.Set("country", "USA")
	b.post(path+"/person/p2/transfer", to).is(422, `id="country-fault"`)
	b.get(path + "/person/p9").is(404)
}

func (b *buyer) orderID(path string) string { return strings.Split(path, "/")[4] }

func TestSale_Case42_AFullRaceIsWaitedForWithThePlaceKept(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.review("tour-a").hold("card").is(200)
	path := b.at
	b.paid().is(200)
	for i := range m.store.Head.Quotas {
		if q := &m.store.Head.Quotas[i]; q.ID() == "race:half" {
			q.Used = q.Size
		}
	}
	b.get(path+"/person/p1/swap?product=half").is(200, "Half marathon is full", "Wait for it, and keep your place")
	if len(m.store.Waits) != 0 {
		t.Fatal("looking has joined the list")
	}
	b.post(path+"/person/p1/swap", form("product", "half")).is(200, "You wait for the other race and keep your place.")
	if len(m.store.Waits) != 1 || m.store.Quota("race:marathon").Used != 1 {
		t.Errorf("%d wait, %d places of the marathon", len(m.store.Waits), m.store.Quota("race:marathon").Used)
	}
}

func TestShop_TheEditionsPagesLeadToTheEntryWhereSomethingIsSold(t *testing.T) {
	b := newMarket(t).buyer()
	for _, path := range []string{base, base + "/results", base + "/live"} {
		b.get(path).is(200, `href="`+base+`/entry"`)
	}
}

func TestShop_WithoutSecFetchTheFormsOriginIsKept(t *testing.T) {
	m := newMarket(t)
	r, err := http.NewRequest("GET", m.server.URL+base+"/entry/order", nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	if got := w.Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("Referrer-Policy is %q", got)
	}
}

func TestShop_AMegabyteAndNonsenseAreRefusedInWords(t *testing.T) {
	m := newMarket(t)
	b := m.buyer()
	b.post(base+"/entry/order", form("n", "1", "act", "next", "tour.1", "tour-a", "race.1", "half", "gift.meals", "-7")).is(200)
	v := two()
	v.Set("name.1", strings.Repeat("x", 1<<20))
	b.post(base+"/entry/order/persons", v).is(422)
	v.Set("name.1", strings.Repeat("x", 201))
	v.Set("country.1", "DE<script>")
	b.post(base+"/entry/order/persons", v).is(422, `id="name.1-fault"`, `id="country.1-fault"`).silent("<script>")
	b.post(base+"/entry/order", form("n", "-3", "act", "remove.99", "tour.1", "nothing", "race.1", "office")).is(200)
	b.post(base+"/entry/order", form("n", "99", "act", "next")).is(422)
	b.post(base+"/entry/order/review", form("draft", "nonsense", "act", "hold", "terms", "1"))
	if len(m.store.ByID) != 0 {
		t.Error("something was taken")
	}
}

func TestSale_Case49_AVoucherIsTakenOffAndAWrongOneSaidBesideItsField(t *testing.T) {
	b := newMarket(t).buyer()
	b.review("tour-a")
	b.post(base+"/entry/order/review", with(b.fields(), form("act", "update", "voucher", "nothing"))).is(422, `id="voucher-fault"`, "nothing")
	b.post(base+"/entry/order/review", with(b.fields(), form("act", "update", "voucher", "ten"))).is(200, "Voucher")
	b.post(base+"/entry/order/review", with(b.fields(), form("act", "hold", "terms", "1", "voucher", "ten"))).is(200)
	if due := b.order().Due(); due.Minor != 191000 { // a tenth off, the gifts left alone
		t.Errorf("due %s", due)
	}
}
