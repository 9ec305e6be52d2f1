package office_test

import (
	"net/url"
	"strings"
	"testing"

	"stadion/internal/access"
	"stadion/internal/lang"
	"stadion/internal/web/webtest"
)

const listRules = `
[[list]]
id = "overall"
[[list]]
id = "podium"
of = "sex"
prizes = 1
[[list]]
id = "age"
of = "all"
prizes = 1
exclude = ["podium"]
[[list]]
id = "partner"
of = "partner"
[[list]]
id = "team"
of = "team"
best = 2
`

// Rule L11: the office sees whose customer somebody is, those who may see the
// start list; the public does not.
func TestLists_L11_PartnersAreSeenInTheOfficeOnly(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	take := func(kind, name, text string) {
		c.sent(c.staged(base+"/import/"+kind, name, text)+"/take", nil)
	}
	take("edition", "e.toml", rulesText+listRules)
	lines := strings.Split(strings.TrimSpace(startText), "\n")
	lines[0] += ",partner,team"
	for i := 1; i < len(lines); i++ {
		lines[i] += ",Partner A,Team Ö"
	}
	take("start-list", "s.csv", strings.Join(lines, "\n")+"\n")
	d.Field.Refresh()
	wants(t, c.page(base+"/lists"), "Customers of Partner A", "the office only", "1 of 1 settled")
	wants(t, c.page(base+"/lists/partner?of=Partner+A&race=10k"), "김예시", "0:36:31", "the office only")
	wants(t, c.page(base+"/lists/age?race=10k"), "Left out: prize in another list", "prize 1 in Men")
	wants(t, c.page(base+"/lists/team?race=10k"), "Team Ö", "1:17:33")
	wants(t, c.page(base+"/lists/partner/list.csv?of=Partner+A&race=10k"), "race,list,basis", "partner-partner-a")
	for _, path := range []string{"/lists/partner", "/lists/nosuch", "/lists/partner?of=B", "/lists?race=nosuch", "/lists/overall?race=nosuch", "/lists/%3Cscript%3E"} {
		if w := c.get(base + path); path != "/lists/partner" && w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/lists/partner", "/lists/partner?of=Partner+A", "/lists/partner/list.csv"} {
		if w := c.get("/e/test-2025" + path); w.Code != 404 || strings.Contains(w.Body.String(), "Partner A") {
			t.Errorf("the public sees %s: %d", path, w.Code)
		}
	}
	viewer := b.as("viewer", access.Grant{Edition: "test-2025", Role: access.Viewer})
	if w := viewer.get(base + "/lists/partner"); w.Code != 403 {
		t.Errorf("who may not see the start list: %d", w.Code)
	}
	for _, tag := range lang.Tags {
		for _, path := range []string{"/lists", "/lists/overall", "/lists/age", "/lists/team", "/lists/partner?of=" + url.QueryEscape("partner a")} {
			w := c.get(base + path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "lang=" + string(tag))
			for _, fault := range webtest.Check(strings.NewReader(w.Body.String())) {
				t.Errorf("%s in %s: %s", path, tag, fault)
			}
			if body := w.Body.String(); w.Code != 200 || strings.Contains(body, ">office.") || strings.Contains(body, ">web.") || strings.Contains(body, ">list.") {
				t.Errorf("%s in %s: %d", path, tag, w.Code)
			}
		}
	}
}
