package office_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/store"
	"stadion/internal/web"
	"stadion/internal/web/site"
)

var param = regexp.MustCompile(`\{(\w+)\}`)

// fill puts values into a pattern's names, "none" where there is no value.
func fill(pattern string, values map[string]string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, param.ReplaceAllStringFunc(path, func(name string) string {
		if v := values[strings.Trim(name, "{}")]; v != "" {
			return v
		}
		return "none"
	})
}

func officeTable() (out []site.Route) {
	for _, r := range web.Table() {
		if strings.Contains(r.Pattern, " /office") && r.Permission != access.Public {
			out = append(out, r)
		}
	}
	return out
}

// Every route x every role x the own and a foreign edition: what the table of
// permissions says is what is answered.
func TestMatrix_EveryRouteAnswersAsItsPermissionSays(t *testing.T) {
	b := newBench(t)
	b.day()
	b.other()
	b.sells()
	callers := map[string]*caller{"nobody": {bench: b}, "no role": b.as("norole"), "elsewhere": b.as("elsewhere", access.Grant{Edition: "other-2025", Role: access.Organiser})}
	grants := map[string][]access.Grant{"elsewhere": {{Edition: "other-2025", Role: access.Organiser}}}
	for _, role := range access.Roles {
		g := access.Grant{Edition: "test-2025", Role: role}
		if role == access.Partner {
			g.Partner = "koryo"
		}
		callers[string(role)], grants[string(role)] = b.as(string(role)+"x", g), []access.Grant{g}
	}
	everywhere := access.Grant{Role: access.Organiser}
	callers["everywhere"], grants["everywhere"] = b.as("everywhere", everywhere), []access.Grant{everywhere}
	asked := 0
	for _, r := range officeTable() {
		for name, c := range callers {
			for _, edition := range []string{"test-2025", "other-2025", "nowhere-2025"} {
				if edition != "test-2025" && !strings.Contains(r.Pattern, "{edition}") {
					continue
				}
				actor := access.Actor{Grants: grants[name]}
				if name != "nobody" {
					actor.Account = name
				}
				at := ""
				if strings.Contains(r.Pattern, "{edition}") {
					at = edition
				}
				asked++
				b.ask(t, r, c, name, edition, access.Can(actor, r.Permission, at))
			}
		}
	}
	if asked < 1000 {
		t.Errorf("only %d were asked", asked)
	}
}

func (b *bench) ask(t *testing.T, r site.Route, c *caller, name, edition string, can error) {
	t.Helper()
	method, path := fill(r.Pattern, map[string]string{"edition": edition, "race": "none", "bib": "none", "gun": "none",
		"ruling": "none", "number": "1", "job": "none", "upload": "none", "protest": "none", "account": "none", "file": "none.csv", "list": "none"})
	var code int
	var to string
	if method == "GET" {
		w := c.get(path)
		code, to = w.Code, w.Header().Get("Location")
	} else {
		code = c.post(path, url.Values{}).Code
	}
	where := fmt.Sprintf("%s as %s at %s: %d", r.Pattern, name, edition, code)
	switch kind := fault.KindOf(can); {
	case can == nil && edition == "nowhere-2025" && strings.Contains(r.Pattern, "{edition}"):
		if code != http.StatusNotFound {
			t.Errorf("%s, want 404: there is no such edition", where)
		}
	case can == nil:
		if code == http.StatusUnauthorized || code == http.StatusForbidden || code >= 500 {
			t.Errorf("%s, want an answer", where)
		}
	case kind == fault.Unauthenticated && method == "GET":
		if code != http.StatusSeeOther || !strings.HasPrefix(to, "/office/sign-in?back=") {
			t.Errorf("%s, want the sign-in page", where)
		}
	case code != kind.Status():
		t.Errorf("%s, want %d", where, kind.Status())
	}
}

func TestGet_ChangesNothing(t *testing.T) {
	b := newBench(t)
	d := b.day()
	b.other()
	b.sells()
	c := b.organiser()
	c.sent(base+"/rulings", url.Values{"bib": {"3"}, "kind": {"time_adjust"}, "value": {"+30s"}})
	c.sent(base+"/race/10k/publish/provisional", nil)
	c.sent(base+"/protests", url.Values{"race": {"10k"}, "bib": {"3"}, "by": {"Ola"}, "text": {"Was first."}})
	job := c.sent(base+"/race/10k/certificates", url.Values{"bib": {"1"}})
	c.await(job)
	ids := map[string]string{
		"start-list": c.staged(base+"/import/start-list", "s.csv", startText), "reads": c.staged(base+"/import/reads", "r.csv", readsText),
		"rulings": c.staged(base+"/import/rulings", "j.csv", "bib,kind\n4,dnf\n"), "edition": c.staged(base+"/import/edition", "e.toml", rulesText),
		"catalogue": c.staged(saleBase+"/catalogue", "c.toml", "opens = \"never\"\n"),
		"new":       c.staged("/office/edition/new", "n.toml", strings.Replace(rulesText, "test-2025", "third-2025", 1))}
	me, err := b.db.AccountByLogin(context.Background(), "boss")
	must(t, err)
	values := map[string]string{"edition": "test-2025", "race": "10k", "bib": "1", "gun": d.Guns()[0].ID, "ruling": d.Rulings()[0].ID,
		"order":  b.sells().sold(t, "", "GET"),
		"number": "1", "job": last(job), "protest": d.Protests()[0].ID, "account": me.ID, "file": "reads.csv", "list": "overall"}
	before := b.state(t)
	for _, r := range officeTable() {
		values["upload"] = ""
		for kind, path := range ids {
			if strings.Contains(r.Pattern, "/"+kind+"/{upload}") {
				values["upload"] = last(path)
			}
		}
		method, path := fill(r.Pattern, values)
		if method != "GET" || strings.Contains(path, "/sale/") && strings.Contains(path, "/none") { // of statements, tested beside their pages
			continue
		}
		for _, query := range []string{"", "?keep=1", "?effect=1&bib=2&kind=dq&start=10k&at=09:00&chip=C999",
			"?effect=1&bib=2&bib_a=1&bib_b=2&kind=neutralise&from=09:10:00&to=09:11:00&race=10k&box=b1&box_at=08:00:01&true_at=08:00:00&variant=short&wave=&open=2&place.2=1"} {
			if w := c.get(path + query); w.Code >= 400 && w.Code != 422 && !(w.Code == 409 && strings.Contains(r.Pattern, "/{order}/")) && r.Pattern != "GET /office/e/{edition}/import/edition/{upload}/rejected.csv" {
				t.Errorf("GET %s: %d", path+query, w.Code)
			}
		}
	}
	if after := b.state(t); after != before {
		t.Errorf("the state was %s, it is %s", before, after)
	}
}

func last(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// state is how much is in the audit log and in the record, and who is waiting
// to be imported.
func (b *bench) state(t *testing.T) string {
	t.Helper()
	entries, _, err := b.db.Entries(context.Background(), store.EntryFilter{Limit: 1000})
	must(t, err)
	return fmt.Sprintf("%d audit lines, %d lines of the record, %d writes", len(entries), len(b.desks.logs["test-2025"].Lines()), b.db.Stats().Writes)
}
