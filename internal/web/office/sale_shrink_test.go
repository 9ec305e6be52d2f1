package office_test

import (
	"net/url"
	"strings"
	"testing"

	"stadion/internal/access"
	"stadion/internal/sale"
	"stadion/internal/web/webtest"
)

// Who goes when there are fewer places is shown first; what is done is what was
// shown, or nothing.
func TestSaleDo_TakingPlacesBackIsShownFirst(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	first, last := s.sold(t, "", "Anna"), s.sold(t, "", "Ben")
	willing := s.sold(t, "", "Cara")
	path := saleBase + "/quotas/shrink"
	c := b.organiser()
	wants(t, c.page(saleBase+"/quotas"), "Take places back")
	page := c.page(path + "?quota=seat:a")
	noFaults(t, page)
	wants(t, page, "the last confirmed first", "Orders that volunteer")
	look := url.Values{"quota": {"seat:a"}, "size": {"1"}, "volunteers": {s.m.Order(willing).Number}, "step": {"look"}}
	page = c.post(path, look).Body.String()
	noFaults(t, page)
	wants(t, page, s.m.Order(last).Number, s.m.Order(willing).Number)
	if strings.Contains(page, s.m.Order(first).Number) || s.m.Order(last).State != sale.Confirmed {
		t.Error("the first is bumped, or looking did it")
	}
	_, after, _ := strings.Cut(page, `name="seen" value="`)
	seen, _, _ := strings.Cut(after, `"`)
	do := url.Values{"quota": look["quota"], "size": look["size"], "volunteers": look["volunteers"], "step": {"do"}, "seen": {"something else"}}
	if wants(t, c.post(path, do).Body.String(), "since this plan was made"); s.m.Order(last).State != sale.Confirmed {
		t.Error("an old plan was carried out")
	}
	do.Set("seen", seen)
	c.sent(path, do)
	for id, want := range map[string]sale.State{first: sale.Confirmed, last: sale.Cancelled, willing: sale.Cancelled} {
		if got := s.m.Order(id).State; got != want {
			t.Errorf("%s is %s", s.m.Order(id).Number, got)
		}
	}
	if n := strings.Count(s.audited(), "order.bump"); n != 2 {
		t.Errorf("%d lines in the log", n)
	}
	if w := b.role(access.Desk).get(path); w.Code != 403 {
		t.Errorf("the desk: %d", w.Code)
	}
}

func noFaults(t *testing.T, page string) {
	t.Helper()
	for _, fault := range webtest.Check(strings.NewReader(page)) {
		t.Error(fault)
	}
}
