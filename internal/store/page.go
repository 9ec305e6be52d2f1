package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"stadion/internal/race"
	"stadion/internal/sale"
)

// pageOf is all that changes add and never change: made are the orders that are
// new.
func (w *saleTx) pageOf(c *sale.Changes, made []*sale.Order) (p *page, err error) {
	p = &page{At: w.at, Keys: make([]keyRow, len(c.Keys)), Lines: make([]lineRow, len(c.Lines)),
		Postings: make([]postingRow, len(c.Postings)), Mails: make([]mailForm, len(c.Mails)), Audits: make([]auditRow, len(c.Audits))}
	if p.Orders, err = w.newOrders(c, made); err != nil {
		return nil, err
	}
	for i, k := range c.Keys {
		p.Keys[i] = keyRow{Key: k.Key, Body: k.Body, Order: k.Order}
	}
	for i, l := range c.Lines {
		p.Lines[i] = lineRow{At: at(l.At, w.at), Order: l.Order, Move: string(l.Move), By: l.By}
		if i > 0 && slices.Equal(l.Units, c.Lines[i-1].Units) { // as in a rush they are
			p.Lines[i].Units = p.Lines[i-1].Units
			continue
		}
		if p.Lines[i].Units, err = json.Marshal(l.Units); err != nil {
			return nil, err
		}
	}
	for i, x := range c.Postings {
		p.Postings[i] = postingRow{At: at(x.At, w.at), Minor: x.Amount.Minor, Entry: x.Entry, Order: x.Order, Account: x.Account,
			Currency: string(x.Amount.Currency), Text: x.Text}
	}
	for i, m := range c.Mails {
		p.Mails[i] = mailForm{ID: m.ID, Template: m.Template, Lang: m.Lang, Order: m.Order}
		if p.Mails[i].Letter, err = json.Marshal(letter{m.To, m.Args}); err != nil {
			return nil, err
		}
	}
	for i, a := range c.Audits {
		p.Audits[i] = auditRow{Actor: a.By.Account, Name: a.By.Name, Action: a.Action, Subject: a.Subject, Detail: []byte("{}")}
		if a.Detail != nil {
			if p.Audits[i].Detail, err = json.Marshal(a.Detail); err != nil {
				return nil, fmt.Errorf("detail of %s: %w", a.Action, err)
			}
		}
	}
	return p, nil
}

func at(given, now race.Instant) race.Instant {
	if given == 0 {
		return now
	}
	return given
}

// insert writes the rows of pages to their tables, in the order of the pages.
func (w *saleTx) insert(pages ...*page) error {
	for _, step := range []func([]*page) error{w.insertOrders, w.insertKeys, w.insertBlinds, w.insertLines, w.insertPostings, w.insertMails, w.insertAudits} {
		if err := step(pages); err != nil {
			return err
		}
	}
	return nil
}

// all are the rows of one kind of several pages.
func all[T any](pages []*page, of func(*page) []T) []T {
	if len(pages) == 1 {
		return of(pages[0])
	}
	var out []T
	for _, p := range pages {
		out = append(out, of(p)...)
	}
	return out
}

func (w *saleTx) insertOrders(pages []*page) error {
	orders := all(pages, func(p *page) []newOrder { return p.Orders })
	keys, err := eachAtOnce(len(orders), func(i int) (sealed, error) {
		return w.s.shut(orders[i].Private, orderPlace(w.edition, orders[i].ID))
	})
	if err != nil {
		return err
	}
	args := make([]any, 0, orderWidth*len(orders))
	for i := range orders {
		o := &orders[i]
		args = append(args, w.orderArgs(o, keys[i])...)
		if _, read := w.read[o.ID]; read {
			w.read[o.ID] = keys[i]
		}
	}
	return w.tx.insertRows(insertOrder, "", orderWidth, args)
}

func (w *saleTx) insertKeys(pages []*page) error {
	keys := slices.Clone(all(pages, func(p *page) []keyRow { return p.Keys }))
	slices.SortFunc(keys, func(a, b keyRow) int { return cmp.Compare(a.Key, b.Key) }) // neighbours share pages
	args := make([]any, 0, 4*len(keys))
	for i := range keys {
		args = append(args, w.edition, keys[i].Key, keys[i].Body, keys[i].Order)
	}
	return w.tx.insertRows(`INSERT INTO sale_key (edition, key, body, order_id)`, "", 4, args)
}

// insertBlinds says by which blind indexes new orders are found. They stand in
// the orders' rows too.
func (w *saleTx) insertBlinds(pages []*page) error {
	type row struct {
		hash int64
		id   string
	}
	var rows []row
	for _, p := range pages {
		for i := range p.Orders {
			for _, b := range p.Orders[i].Blinds {
				rows = append(rows, row{hashOf(w.edition, b), p.Orders[i].ID})
			}
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.hash, b.hash) })
	args := make([]any, 0, 2*len(rows))
	for _, r := range rows {
		args = append(args, r.hash, r.id)
	}
	return w.tx.insertRows(insertBlind, onBlind, 2, args)
}

func (w *saleTx) insertLines(pages []*page) error {
	lines := all(pages, func(p *page) []lineRow { return p.Lines })
	args := make([]any, 0, 7*len(lines))
	for i := range lines {
		l := &lines[i]
		w.lines++
		args = append(args, w.edition, w.lines, l.At, l.Order, l.Move, string(l.Units), l.By)
	}
	return w.tx.insertRows(`INSERT INTO sale_line (edition, seq, at, order_id, move, units, by_account)`, "", 7, args)
}

func (w *saleTx) insertPostings(pages []*page) error {
	postings := all(pages, func(p *page) []postingRow { return p.Postings })
	args := make([]any, 0, 9*len(postings))
	for i := range postings {
		x := &postings[i]
		w.posts++
		args = append(args, w.edition, w.posts, x.Entry, x.At, x.Order, x.Account, x.Minor, x.Currency, x.Text)
	}
	return w.tx.insertRows(`INSERT INTO sale_posting (edition, seq, entry, at, order_id, account, minor, currency, text)`, "", 9, args)
}

// insertMails puts messages into the outbox; the same message is made once.
func (w *saleTx) insertMails(pages []*page) error {
	mails := all(pages, func(p *page) []mailForm { return p.Mails })
	keys, err := eachAtOnce(len(mails), func(i int) (sealed, error) { return w.s.shut(mails[i].Letter, mailPlace(mails[i].ID)) })
	if err != nil {
		return err
	}
	args := make([]any, 0, 12*len(mails))
	for _, p := range pages {
		for i := range p.Mails {
			m, k := &p.Mails[i], &keys[0]
			keys = keys[1:]
			args = append(args, m.ID, w.edition, p.At, m.Template, m.Lang, m.Order, k.private, k.wrapped, p.At, 0, 0, "")
		}
	}
	return w.tx.insertRows(`INSERT INTO outbox (id, edition, made, template, lang, order_id, private, wrapped, next_at, tries, sent_at, error)`,
		` ON CONFLICT (id) DO NOTHING`, 12, args)
}

func (w *saleTx) insertAudits(pages []*page) error {
	var args []any
	for _, p := range pages {
		for i := range p.Audits {
			a := &p.Audits[i]
			args = append(args, p.At, a.Actor, a.Name, a.Action, w.edition, a.Subject, string(a.Detail))
		}
	}
	return w.tx.insertRows(`INSERT INTO audit (at, actor, actor_name, action, edition, subject, detail)`, "", 7, args)
}
