package office

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"stadion/internal/lang"
	"stadion/internal/web/site"
)

type auditView struct {
	place
	By      string // chosen
	Action  string // chosen
	Actors  []site.Option
	Actions []site.Option
	Lines   []auditLine
	Older   string // address of the next page, "" at the end
	Newest  string // address of the first page, "" on it
}

// auditLine is a line of the log as a sentence.
type auditLine struct {
	Entry
	Detail []detail
}

// Key is the sentence of what was done.
func (l auditLine) Key() string {
	if key := "audit." + l.Action; lang.Has(key) {
		return key
	}
	return "audit.other"
}

// detail is one value of a line.
type detail struct{ Name, Value string }

// auditActions are the words that can be filtered for, in order.
var auditActions = []string{
	"edition.take", "start_list.take", "reads.take", "gun.record", "gun.void", "clock.record", "ruling.make",
	"ruling.undo", "bib.swap", "starter.correct", "course.switch", "protest.lodge", "protest.decide", "race.close", "race.reopen", "results.publish", "revision.save", "certificate.issue",
	"upload.stage", "upload.take", "upload.discard", "edition.create", "edition.change", "edition.archive", "edition.reopen",
	"account.create", "account.roles", "account.password", "account.disable", "account.enable",
	"session.sign_in", "session.sign_in_failed", "session.sign_out", "session.sign_out_everywhere",
	"setting.change", "setting.remove",
	"order.hold", "order.confirm", "order.receive", "order.name", "entry.decide", "order.swap", "order.transfer", "order.cancel", "order.cancel_person",
	"order.defer", "order.owe", "order.refund", "order.task_done", "sale.catalogue", "sale.resize", "sale.release", "sale.state", "sale.export", "sale.refunds_sent",
}

// Audit answers GET /office/e/{edition}/audit: who did what at the edition.
func (m *Room) Audit(c *site.Call) error {
	p, err := m.at(c, "audit")
	if err != nil {
		return err
	}
	return m.showAudit(c, p, p.Desk.Edition)
}

// AuditAll answers GET /office/audit: who did what anywhere.
func (m *Room) AuditAll(c *site.Call) error { return m.showAudit(c, m.lobby(c, "audit"), "") }

func (m *Room) showAudit(c *site.Call, p place, edition string) error {
	v := auditView{place: p, By: c.Query("actor"), Action: c.Query("action")}
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64)
	page, more, err := m.Trail.Entries(c.R.Context(), TrailFilter{Edition: edition, Actor: v.By, Action: v.Action,
		Before: before, Limit: pageSize})
	if err != nil {
		return err
	}
	if v.Actors, err = m.actors(c); err != nil {
		return err
	}
	for _, a := range auditActions {
		v.Actions = append(v.Actions, site.Option{Value: a, Text: c.T("audit." + a)})
	}
	for _, e := range page {
		v.Lines = append(v.Lines, auditLine{e, details(e.Detail)})
	}
	t := site.Table{URL: c.R.URL}
	if more {
		v.Older = t.With("before", strconv.FormatInt(page[len(page)-1].ID, 10))
	}
	if before != 0 {
		v.Newest = t.With("before", "")
	}
	return c.Render(200, "audit", p.Title(c.T("office.audit.title")), v)
}

// actors are the accounts as choices.
func (m *Room) actors(c *site.Call) ([]site.Option, error) {
	all, err := m.Accounts.List(c.R.Context())
	if err != nil {
		return nil, err
	}
	var out []site.Option
	for _, a := range all {
		out = append(out, site.Option{Value: a.ID, Text: a.Name})
	}
	return out, nil
}

// details are the values of a line by name, as people read them.
func details(raw json.RawMessage) []detail {
	var values map[string]any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&values) != nil {
		return nil
	}
	var out []detail
	for name, v := range values {
		if s := plainValue(v); s != "" && !strings.Contains(name, "sha256") && name != "hash" {
			out = append(out, detail{name, s})
		}
	}
	sort.Slice(out, func(i, k int) bool { return out[i].Name < out[k].Name })
	return out
}

func plainValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = plainValue(v[i])
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		names := make([]string, 0, len(v))
		for k := range v {
			names = append(names, k)
		}
		sort.Strings(names)
		for i, k := range names {
			names[i] = plainValue(v[k])
		}
		return strings.Join(names, " ")
	}
	return fmt.Sprint(v)
}

// authors says who did what an action tells of, by a value of its detail.
func (m *Room) authors(c *site.Call, p place, action, name string) (map[string]string, error) {
	page, _, err := m.Trail.Entries(c.R.Context(), TrailFilter{Edition: p.Desk.Edition, Action: action, Limit: 1000})
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, e := range page {
		var values map[string]any
		if json.Unmarshal(e.Detail, &values) == nil {
			if id, ok := values[name].(string); ok {
				out[id] = e.ActorName
			}
		}
	}
	return out, nil
}
