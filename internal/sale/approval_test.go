package sale_test

import (
	"testing"
	"time"

	"stadion/internal/entry"
	"stadion/internal/sale"
)

func TestSale_Case11_OnePersonTwice(t *testing.T) {
	d := openDesk(t)
	kim := runner("p1", "Kim")
	first := d.buy(ask("o1", "marathon", kim))

	again := kim // the same document under another e-mail and spelling
	again.Email, again.Name.Printed = "other@example.org", "K i m"
	_, err := d.c.Hold(ctx, ask("o2", "half", again))
	d.refuses("sale.person_entered", err)

	twin := runner("p1", "Kim Un") // another document, the same birth date and e-mail
	twin.Email = kim.Email
	a := ask("o3", "half", twin)
	a.Private.Email = "parent@example.org"
	a.Blinds = entry.Blinds(plainBlind, a.Private.Email, []entry.Person{twin})
	o := d.buy(a)
	if o.State != sale.Confirmed || !task(o, "same_person") {
		t.Errorf("a twin is %s, tasks %+v", o.State, o.Tasks)
	}

	noDoc := kim // before the document is known: folded name and birth date
	noDoc.Document, noDoc.Email, noDoc.Name.Printed = entry.Document{}, "third@example.org", "KÍM"
	if o := d.buy(ask("o4", "half", noDoc)); !task(o, "same_person") || o.State != sale.Confirmed {
		t.Errorf("who is alike is refused or not noticed: %s %+v", o.State, o.Tasks)
	}
	if o := d.one("half", "Lee"); task(o, "same_person") {
		t.Error("a stranger is taken for somebody")
	}

	d.must(d.c.Cancel(ctx, first.ID, sale.ByBuyer, nobody))
	again.Email = "fourth@example.org"
	d.buy(ask("o5", "marathon", again)) // whose place is given back may enter again
	d.whole()
}

func TestSale_Case12_TheSamePersonAtTwoPartners(t *testing.T) {
	d := openDesk(t)
	public := d.hold(ask("o1", "marathon", runner("p1", "Kim")))
	a := ask("o2", "marathon", runner("p1", "Kim"))
	a.Partner, a.By, a.Private.Email = "koryo", clerk, "desk@koryo.example"
	partner := d.hold(a) // invoiced, so confirmed at once: the first
	if partner.State != sale.Confirmed || partner.Status("p1").Approval != entry.NotAsked {
		t.Fatalf("the partner's is %s, %s", partner.State, partner.Status("p1").Approval)
	}
	public = d.pay(public)
	if public.State != sale.Confirmed || public.Status("p1").Approval != entry.NeedsReview {
		t.Errorf("the second to be confirmed: %s, %q", public.State, public.Status("p1").Approval)
	}
	if partner = d.Order(partner.ID); partner.Status("p1").Approval != entry.NotAsked {
		t.Errorf("the first lost its standing: %q", partner.Status("p1").Approval)
	}
	for _, o := range []*sale.Order{public, partner} {
		if !task(o, "same_person") {
			t.Errorf("the desk of %q was not told", o.Partner)
		}
	}
	d.whole()
}

func TestSale_Case27_AGroupPartlyApproved(t *testing.T) {
	for _, c := range []struct {
		policy sale.GroupPolicy
		state  sale.State
		back   int64
		left   int
	}{
		{sale.ApprovedOnes, sale.Confirmed, 10000, 2},
		{sale.AllOrNone, sale.Cancelled, 30000, 0},
	} {
		d := openDesk(t)
		a := ask("o1", "marathon", runner("p1", "Kim"), runner("p2", "Lee"), runner("p3", "Park"))
		a.Policy = c.policy
		o := d.buy(a)
		d.must(d.c.Decide(ctx, o.ID, "p1", entry.Approved, clerk))
		free := d.free("race:marathon")
		o = d.must(d.c.Decide(ctx, o.ID, "p2", entry.Denied, clerk))
		if o.State != c.state || owed(o) != eur(c.back) || d.free("race:marathon") != free+3-c.left {
			t.Errorf("policy %q: %s, %s back, %d free", c.policy, o.State, owed(o), d.free("race:marathon"))
		}
		if c.left > 0 {
			for _, id := range []string{"p1", "p3"} {
				if o.Status(id).Out || raceOf(o, id) == nil {
					t.Errorf("%s lost the place", id)
				}
			}
			if o.Due() != eur(20000) || o.Open().Add(owed(o)).Minor != 0 {
				t.Errorf("the others' price is %s, open %s", o.Due(), o.Open())
			}
		}
		d.whole()
	}
}

func TestSale_Case28_DeniedAfterPaymentIsRefundedWhateverTheDay(t *testing.T) {
	d := openDesk(t)
	o := d.one("marathon", "Kim")
	d.now = d.now.Add(120 * 24 * time.Hour) // three days before the race: the scale keeps everything
	free := d.free("race:marathon")
	if p := o.Terms.Percent(d.now); p != 0 {
		t.Fatalf("the scale still gives %d %%", p)
	}
	o = d.must(d.c.Decide(ctx, o.ID, "p1", entry.Denied, clerk))
	if o.State != sale.Cancelled || owed(o) != eur(10000) || d.free("race:marathon") != free+1 {
		t.Errorf("%s, %s back", o.State, owed(o))
	}
	if m := d.mailed("entry.denied", o.ID); len(m) != 1 || m[0].Args["amount"] != "100.00 EUR" || len(d.mailed("order.cancelled", o.ID)) != 0 {
		t.Errorf("told %+v", m)
	}
	if o.CancelWhy != sale.ByVisa {
		t.Errorf("more than the word is kept: %q", o.CancelWhy)
	}
	for _, a := range d.Audits {
		for k := range a.Detail {
			if k == "reason" {
				t.Error("a reason is in the audit log")
			}
		}
	}
	again := d.must(d.c.Decide(ctx, o.ID, "p1", entry.Denied, clerk))
	if owed(again) != eur(10000) {
		t.Errorf("said twice: %s back", owed(again))
	}
	_, err := d.c.Decide(ctx, o.ID, "p1", entry.Approved, clerk)
	if err == nil {
		t.Error("approved without a place")
	}
	d.whole()
}

func TestSale_Case29_RevokedLateTheHouseBearsTheLoss(t *testing.T) {
	d := openDesk(t)
	o := d.one("marathon", "Kim")
	d.must(d.c.Decide(ctx, o.ID, "p1", entry.Approved, clerk))
	d.now = d.now.Add(120 * 24 * time.Hour)
	o = d.must(d.c.Decide(ctx, o.ID, "p1", entry.Revoked, clerk))
	if owed(o) != eur(10000) || !task(o, "supplier_costs") || len(d.mailed("entry.revoked", o.ID)) != 1 {
		t.Errorf("%s back, tasks %+v", owed(o), o.Tasks)
	}
	for range 2 {
		o = d.must(d.c.Loss(ctx, o.ID, "hotel", eur(7000), clerk))
	}
	if d.Balance("loss", "EUR") != eur(7000) || d.Balance("suppliers", "EUR") != eur(-7000) {
		t.Errorf("loss %s", d.Balance("loss", "EUR"))
	}
	if owed(o) != eur(10000) || o.Due().Minor != 0 {
		t.Errorf("the runner bears it: %s back, %s due", owed(o), o.Due())
	}
	_, err := d.c.Loss(ctx, o.ID, "hotel2", eur(-5), clerk)
	d.refuses("sale.loss", err)
	d.whole()
}

func TestSale_Case30_PaidAndApprovedAreTwoThings(t *testing.T) {
	for _, paidFirst := range []bool{true, false} {
		d := openDesk(t)
		o := d.hold(ask("o1", "marathon", runner("p1", "Kim")))
		approve := func() { o = d.must(d.c.Decide(ctx, o.ID, "p1", entry.Approved, clerk)) }
		pay := func() { o = d.pay(o) }
		first, second := approve, pay
		if paidFirst {
			first, second = pay, approve
		}
		first()
		if o.Ticket("p1") || paidFirst != (o.State == sale.Confirmed) || paidFirst != (o.Status("p1").Approval == entry.NotAsked) {
			t.Errorf("paid first %v: one implied the other: %s, %q", paidFirst, o.State, o.Status("p1").Approval)
		}
		second()
		if !o.Ticket("p1") {
			t.Errorf("paid first %v: paid and approved, and no ticket", paidFirst)
		}
	}
}

func TestSale_Case31_ANewDocumentIsLookedAtAgain(t *testing.T) {
	d := openDesk(t)
	o := d.one("marathon", "Kim")
	d.must(d.c.Decide(ctx, o.ID, "p1", entry.Approved, clerk))
	change := func(f func(*entry.Person)) *sale.Order {
		p := d.Order(o.ID).Private
		p.Persons = append([]entry.Person(nil), p.Persons...)
		f(&p.Persons[0])
		return d.must(d.c.Name(ctx, o.ID, p, entry.Blinds(plainBlind, p.Email, p.Persons), nobody))
	}
	o = change(func(p *entry.Person) { p.Email = "new@example.org" })
	if o.Status("p1").Approval != entry.Approved {
		t.Error("an e-mail is no citizenship")
	}
	o = change(func(p *entry.Person) { p.Country, p.Document = "FRA", entry.Document{Issuer: "FRA", Number: "F1"} })
	if o.Status("p1").Approval != entry.NeedsReview || !task(o, "amendment") || o.State != sale.Confirmed {
		t.Errorf("a second passport: %q, %+v", o.Status("p1").Approval, o.Tasks)
	}
	if len(d.mailed("entry.review", o.ID)) != 1 {
		t.Error("the runner was not told")
	}
	o = change(func(p *entry.Person) { p.Country, p.Document = "USA", entry.Document{Issuer: "USA", Number: "U1"} })
	if !task(o, "barred") || o.Status("p1").Approval != entry.NeedsReview || o.State != sale.Confirmed {
		t.Errorf("barred now: %s %q %+v", o.State, o.Status("p1").Approval, o.Tasks)
	}
	d.now = d.now.Add(120 * 24 * time.Hour)
	o = d.must(d.c.Decide(ctx, o.ID, "p1", entry.Denied, clerk)) // then it is case 28
	if owed(o) != eur(10000) {
		t.Errorf("%s back", owed(o))
	}
	d.whole()
}

func TestSale_Case32_TheRuleIsVersionedAndToldBeforePayment(t *testing.T) {
	d := openDesk(t, func(c *sale.Catalogue) { c.Entry.Others = true })
	other := runner("p1", "Kim")
	other.Other = []string{"USA"}
	_, err := d.c.Hold(ctx, ask("o1", "half", other))
	d.refuses("entry.barred", err)
	if d.Quota("race:half").Used != 0 {
		t.Error("units were taken for somebody barred")
	}
	o := d.one("half", "Lee")
	if o.Status("p1").Rule != "1" {
		t.Fatalf("decided under %q", o.Status("p1").Rule)
	}
	next := *d.Head.Catalogue
	next.Entry.Version, next.Entry.Others = "2", false
	d.ok(d.c.SetCatalogue(ctx, &next, false, clerk))
	if got := d.Order(o.ID).Status("p1").Rule; got != "1" {
		t.Errorf("a new rule rewrote an old decision: %q", got)
	}
	if o := d.hold(ask("o2", "half", other)); o.Status("p1").Rule != "2" {
		t.Errorf("decided under %q", o.Status("p1").Rule)
	}
}

func TestSale_Case35_ANewPassportAfterTheBatchIsAnAmendment(t *testing.T) {
	d := openDesk(t)
	o := d.one("marathon", "Kim")
	d.must(d.c.Decide(ctx, o.ID, "p1", entry.Submitted, clerk))
	old := o.Private.Persons[0].Document
	p := o.Private
	p.Persons = append([]entry.Person(nil), p.Persons...)
	p.Persons[0].Document = entry.Document{Issuer: "DEU", Number: "NEW1", Expires: "2035-01-01"}
	o = d.must(d.c.Name(ctx, o.ID, p, entry.Blinds(plainBlind, p.Email, p.Persons), nobody))
	was, now, ok := entry.Amended(&o.Private.Persons[0])
	if !ok || was.Number != old.Number || now.Number != "NEW1" || !task(o, "amendment") || o.Status("p1").Approval != entry.NeedsReview {
		t.Errorf("amendment %v: %v to %v, %q", ok, was, now, o.Status("p1").Approval)
	}
	for _, task := range o.Tasks {
		for _, v := range task.Args {
			if v == old.Number || v == "NEW1" {
				t.Error("a document's number stands outside the sealed part")
			}
		}
	}
}

func TestSale_Case36_AMinorIsSoldWithAGuardianOfTheSameOrder(t *testing.T) {
	d := openDesk(t)
	child := runner("p2", "Lee")
	child.Birth = "2008-04-06" // 17 on race day, 5 April 2026
	parent := runner("p1", "Kim")
	_, err := d.c.Hold(ctx, ask("o0", "marathon", parent, child))
	d.refuses("entry.too_young", err)

	o := d.buy(ask("o1", "half", parent, child))
	if o.Status("p2").Approval != entry.NeedsReview || o.Status("p1").Approval != entry.NotAsked {
		t.Errorf("without a guardian: %+v", o.People)
	}
	child.Guardian, child.Consent = "p1", true
	parent.Email, parent.Document.Number, child.Document.Number = "kim2@example.org", "D1", "D2"
	o = d.buy(ask("o2", "half", parent, child))
	if o.Status("p2").Approval != entry.NotAsked {
		t.Errorf("with guardian and consent: %+v", o.People)
	}
	o = d.must(d.c.Transfer(ctx, o.ID, "p1", runner("", "Park"), nil, nobody))
	if o.Status("p2").Approval != entry.NeedsReview || o.Person("p2").Guardian != "" {
		t.Errorf("the guardian left: %+v", o.People)
	}
	child.ID, child.Guardian = "p1", ""
	child.Email, child.Document.Number, child.Birth = "leap@example.org", "D3", "2008-02-29"
	d.buy(ask("o3", "marathon", child)) // born on 29 February: 18 since 1 March
}
