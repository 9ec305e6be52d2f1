package sale_test

import (
	"slices"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/sale"
)

func waitFor(id, product string) sale.WaitAsk {
	return sale.WaitAsk{ID: id, Lang: "ko", Party: 1, Wants: []sale.Want{{Product: product, N: 1}},
		Private: sale.Private{Email: id + "@example.org"}, Blinds: []string{"email:" + id + "@example.org"}}
}

func TestSale_Case13_AQuotaLoweredBelowWhatIsSold(t *testing.T) {
	d := openDesk(t)
	d.fill("half")
	if _, err := d.c.Join(ctx, waitFor("w1", "half")); err != nil {
		t.Fatal(err)
	}
	err := d.c.Resize(ctx, "race:half", "", 7, false, clerk)
	d.refuses("sale.size_below_sold", err)
	if e, _ := err.(*fault.Error); e.Args["used"] != 10 || e.Args["size"] != 7 {
		t.Errorf("it does not say what would be: %v", err)
	}
	if d.Quota("race:half").Size != 10 {
		t.Fatal("a refused change was made")
	}
	d.ok(d.c.Resize(ctx, "race:half", "", 7, true, clerk))
	q := d.Quota("race:half")
	if q.Used != 10 || q.Size != 7 || q.Free() != 0 {
		t.Errorf("lowered: %+v, %d free", q, q.Free())
	}
	for _, o := range d.ByID {
		if o.State != sale.Confirmed {
			t.Errorf("%s is %s", o.ID, o.State)
		}
	}
	for i, id := range []string{"order-Fillerhalf0", "order-Fillerhalf1", "order-Fillerhalf2"} {
		d.must(d.c.Cancel(ctx, id, sale.ByBuyer, nobody))
		if q := d.Quota("race:half"); q.Free() != 0 || d.Waits["w1"].State != sale.Waiting {
			t.Errorf("after %d cancellations the list moves: %+v", i+1, q)
		}
	}
	d.must(d.c.Cancel(ctx, "order-Fillerhalf3", sale.ByBuyer, nobody))
	if d.Waits["w1"].State != sale.Offered || d.Quota("race:half").Used != 7 {
		t.Errorf("below the size again, the list is %s", d.Waits["w1"].State)
	}
	d.whole()
}

func TestSale_Case13_ACatalogueWithSmallerQuotasNeedsTheSameYes(t *testing.T) {
	d := openDesk(t)
	d.fill("half")
	next := *d.Head.Catalogue
	next.Resources = slices.Clone(next.Resources)
	for i := range next.Resources {
		next.Resources[i].Size = 5
	}
	d.refuses("sale.size_below_sold", d.c.SetCatalogue(ctx, &next, false, clerk))
	if d.Head.Catalogue.Version != 1 || d.Quota("seat:b").Size != 10 {
		t.Error("a refused catalogue left something")
	}
	d.ok(d.c.SetCatalogue(ctx, &next, true, clerk))
	if d.Head.Catalogue.Version != 2 || d.Quota("race:half").Size != 5 || d.Quota("race:half").Used != 10 || d.Quota("seat:b").Size != 5 ||
		d.Quota("race:marathon").Size != 3 || d.Quota("race:marathon@koryo").Size != 2 || d.Quota("bank:seat:b").Size != 1 {
		t.Errorf("quotas %+v", d.Head.Quotas)
	}
	resized := map[string]int{}
	for _, l := range d.Lines {
		if l.Move == sale.Resize {
			resized[l.Units[0].Resource]++
		}
	}
	for id, n := range resized {
		if n != 1 {
			t.Errorf("%d lines for one new size of %s", n, id)
		}
	}
	d.refuses("sale.resource_unknown", d.c.Resize(ctx, "race:ultra", "", 5, false, clerk))
	d.refuses("sale.resource_unknown", d.c.Resize(ctx, "bank:seat:b", "", 5, false, clerk))
	d.refuses("sale.size", d.c.Resize(ctx, "race:half", "", -1, true, clerk))
}

func TestSale_ResizeAndTheCatalogueSayTheSame(t *testing.T) {
	d := openDesk(t)
	d.ok(d.c.Resize(ctx, "race:marathon", "", 20, false, clerk))
	d.ok(d.c.Resize(ctx, "race:marathon", "koryo", 5, false, clerk))
	d.ok(d.c.Resize(ctx, "voucher:TEN", "", 9, false, clerk))
	if c := d.Head.Catalogue; c.Version != 4 || c.Resources[0].Size != 25 || c.Partners[0].Allocation[0].N != 5 || c.Voucher("TEN").Uses != 9 {
		t.Errorf("version %d, %+v, %+v", c.Version, c.Resources[0], c.Partners[0])
	}
	want := sale.QuotasOf(d.Head.Catalogue)
	for _, q := range want {
		if got := d.Quota(q.ID()); got.Size != q.Size {
			t.Errorf("%s has size %d, the catalogue says %d", q.ID(), got.Size, q.Size)
		}
	}
	if len(d.Head.Catalogue.Earlier) != 0 {
		t.Error("a new size made a new price list")
	}
}

func TestSale_Case50_ReleaseMovesWhatIsUnusedInOneCommit(t *testing.T) {
	d := openDesk(t, func(c *sale.Catalogue) { c.Partners[0].Invoice = false })
	a := ask("o1", "marathon", runner("p1", "Kim"))
	a.Partner, a.By = "koryo", clerk
	held := d.hold(a) // mid-checkout
	before := d.free("race:marathon")
	if due := d.Head.Catalogue.Releases(d.now, d.Head.Quotas); len(due) != 0 {
		t.Fatalf("released before the time: %v", due)
	}
	d.ok(d.c.ReleaseAllocation(ctx, "koryo", clerk))
	if q := d.Quota("race:marathon@koryo"); q.Size != 1 || q.Used != 1 || d.free("race:marathon") != before+1 || d.Quota("seat:a@koryo").Size != 0 {
		t.Errorf("partner %+v, public %d free", q, d.free("race:marathon"))
	}
	d.ok(d.c.ReleaseAllocation(ctx, "koryo", clerk)) // nothing more: no new version
	if d.Head.Catalogue.Version != 2 {
		t.Errorf("version %d", d.Head.Catalogue.Version)
	}
	if held = d.pay(held); held.State != sale.Confirmed {
		t.Errorf("the partner's buyer lost the hold: %s", held.State)
	}
	_, err := d.c.Hold(ctx, func() sale.Ask {
		b := ask("o2", "marathon", runner("p1", "Lee"))
		b.Partner, b.By = "koryo", clerk
		return b
	}())
	d.refuses("sale.sold_out", err)
	d.refuses("sale.partner_unknown", d.c.ReleaseAllocation(ctx, "nobody", clerk))
	d.whole()
}

func TestSale_Case50_AHoldThatEndsAfterTheReleaseIsReleasedToo(t *testing.T) {
	d := openDesk(t, func(c *sale.Catalogue) { c.Partners[0].Invoice = false })
	d.now = d.now.Add(90 * 24 * time.Hour) // the second of March
	a := ask("o1", "marathon", runner("p1", "Kim"))
	a.Partner, a.By = "koryo", clerk
	d.hold(a)
	release := func() {
		for _, p := range d.Head.Catalogue.Releases(d.now, d.Head.Quotas) {
			d.ok(d.c.ReleaseAllocation(ctx, p, access.System("release")))
		}
	}
	release()
	d.now = d.now.Add(time.Hour)
	if _, err := d.c.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	release()
	if q := d.Quota("race:marathon@koryo"); q.Size != 0 || d.Quota("race:marathon").Size != 10 {
		t.Errorf("partner %+v, public %+v", q, d.Quota("race:marathon"))
	}
	d.whole()
}

func TestSale_ShrinkingHasAFairOrderThatIsKept(t *testing.T) {
	d := openDesk(t)
	var ids []string
	for _, n := range []string{"Kim", "Lee", "Park", "Choi", "Jung"} {
		ids = append(ids, d.hold(ask("order-"+n, "half", runner("p1", n))).ID)
	}
	for _, i := range []int{3, 0, 4, 1} { // the order in which they paid; Park has not
		d.pay(d.Order(ids[i]))
		d.now = d.now.Add(time.Second)
	}
	orders := func() (out []*sale.Order) {
		for _, id := range ids {
			out = append(out, d.Order(id))
		}
		return out
	}
	plan := sale.Shrink(d.now, d.Quota("race:half"), 2, orders(), d.Lines, []string{"order-Choi"})
	var got []string
	for _, b := range plan.Bumped {
		got = append(got, b.Number[len(b.Number)-1:]+b.Why)
	}
	if want := []string{"4volunteer", "3held", "2last_in"}; !slices.Equal(got, want) || plan.Left != 2 || plan.Used != 5 {
		t.Fatalf("bumped %v, want %v; %d left", got, want, plan.Left)
	}
	turned := orders()
	slices.Reverse(turned)
	if !slices.Equal(plan.Bumped, sale.Shrink(d.now, d.Quota("race:half"), 2, turned, d.Lines, []string{"order-Choi"}).Bumped) {
		t.Error("the plan depends on how orders are listed")
	}
	d.ok(d.c.Bump(ctx, plan, clerk))
	for id, want := range map[string]sale.State{"order-Kim": sale.Confirmed, "order-Jung": sale.Confirmed, "order-Lee": sale.Cancelled, "order-Park": sale.Cancelled, "order-Choi": sale.Cancelled} {
		if o := d.Order(id); o.State != want || want == sale.Cancelled && o.Paid() != owed(o) {
			t.Errorf("%s is %s, paid %s, owed %s", id, o.State, o.Paid(), owed(o))
		}
	}
	if q := d.Quota("race:half"); q.Size != 2 || q.Used != 2 {
		t.Errorf("quota %+v", q)
	}
	if len(d.Waits) != 1 {
		t.Errorf("%d stand by, want the one who was bumped without wishing it", len(d.Waits))
	}
	why := map[string]bool{}
	for _, a := range d.Audits {
		if a.Action == "order.bump" {
			why[a.Detail["why"].(string)] = true
		}
	}
	if len(why) != 3 {
		t.Errorf("the reasons are not recorded: %v", why)
	}
	d.refuses("sale.plan_old", d.c.Bump(ctx, plan, clerk))
	d.ok(d.c.Resize(ctx, "race:half", "", 3, false, clerk)) // a place comes back: the bumped are first
	for _, x := range d.Waits {
		if x.State != sale.Offered {
			t.Errorf("who was bumped is %s", x.State)
		}
	}
	d.whole()
}

func TestSale_ShrinkingCountsEndedHoldsAsFree(t *testing.T) {
	d := openDesk(t)
	d.one("half", "Kim")
	d.one("half", "Lee")
	held := d.hold(ask("held", "half", runner("p1", "Park")))
	d.now = held.HardEnd
	q := d.Quota("race:half")
	q.Used = 2 // as the reading side says: an ended hold is free
	plan := sale.Shrink(d.now, q, 1, []*sale.Order{d.Order("order-Kim"), d.Order("order-Lee"), d.Order("held")}, d.Lines, nil)
	if len(plan.Bumped) != 1 || plan.Bumped[0].Order != "order-Lee" {
		t.Fatalf("plan %+v", plan)
	}
	d.ok(d.c.Bump(ctx, plan, clerk))
	if d.Order("held").State != sale.Expired || d.Order("order-Kim").State != sale.Confirmed || d.Quota("race:half").Used != 1 {
		t.Errorf("held %s, quota %+v", d.Order("held").State, d.Quota("race:half"))
	}
	d.whole()
}
