package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Head implements sale.Views.
func (s *SaleStore) Head(ctx context.Context, edition string) (h sale.Head, err error) {
	late, err := s.db.view(ctx).Find([]any{new(int)}, `SELECT 1 FROM sale_daybook WHERE edition = $1 AND ends <= $2 LIMIT 1`, edition, s.db.instant())
	if err == nil && late {
		err = s.File(ctx, edition)
	}
	if err != nil {
		return h, err
	}
	err = s.db.Read(ctx, func(v *View) error {
		var version, waiting int
		var numbers string
		found, err := v.Find([]any{&version, &h.State, &numbers, &h.WaitSeq, &waiting}, `SELECT version, state, numbers, wait_seq,
			(SELECT COUNT(*) FROM sale_wait w WHERE w.edition = e.edition AND w.state = 'waiting')
			FROM sale_edition e WHERE edition = $1`, edition)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "sale.none", nil)
		}
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(numbers), &h.Numbers); err != nil {
			return damaged(err)
		}
		if h.Catalogue, err = s.catalogue(v, edition, version); err != nil {
			return err
		}
		if h.Quotas, err = v.quotas(edition); err != nil {
			return err
		}
		return v.ended(edition, h.Quotas, waiting > 0)
	})
	return h, err
}

// ended counts the units of holds that have ended as free; while people wait,
// as theirs.
func (v *View) ended(edition string, quotas []sale.Quota, waiting bool) error {
	return v.Each(func(scan func(...any) error) error {
		var text string
		var orders int
		if err := scan(&text, &orders); err != nil {
			return err
		}
		var units []sale.Use
		if err := json.Unmarshal([]byte(text), &units); err != nil {
			return damaged(err)
		}
		for _, u := range units {
			at := slices.IndexFunc(quotas, func(q sale.Quota) bool { return q.ID() == u.Resource })
			if at < 0 {
				continue
			}
			quotas[at].Used -= u.N * orders
			if waiting && !quotas[at].Rule() {
				quotas[at].Kept += u.N * orders
			}
		}
		return nil
	}, `SELECT units, COUNT(*) FROM sale_order WHERE edition = $1 AND state = 'held' AND hard_end <= $2 GROUP BY units`, edition, v.db.instant())
}

// Order implements sale.Views.
func (s *SaleStore) Order(ctx context.Context, edition, id string) (*sale.Order, error) {
	if o := s.tailOf(edition).find(id); o != nil { // before the table is asked: what is filed meanwhile is there
		found, err := s.orders(s.db.view(ctx), edition, []orderRow{o.row()}, nil)
		if err != nil {
			return nil, err
		}
		return found[0], nil
	}
	found, err := s.ordersWhere(ctx, edition, ` AND id = $2`, id)
	if err == nil && len(found) == 0 {
		if err = s.filed(ctx, edition); err == nil { // another node may have it
			found, err = s.ordersWhere(ctx, edition, ` AND id = $2`, id)
		}
	}
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "sale.order_unknown", nil)
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func (s *SaleStore) ordersWhere(ctx context.Context, edition, where string, args ...any) ([]*sale.Order, error) {
	v := s.db.view(ctx)
	rows, err := list(v, scanOrder, selectOrder+where, append([]any{edition}, args...)...)
	if err != nil {
		return nil, err
	}
	return s.orders(v, edition, rows, nil)
}

// Orders implements sale.Views.
func (s *SaleStore) Orders(ctx context.Context, edition string, f sale.OrderFilter) (page []*sale.Order, more bool, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	if err := s.filed(ctx, edition); err != nil {
		return nil, false, err
	}
	where, args := chosen(edition, f, s.db.instant())
	args = append(args, limit+1)
	page, err = s.ordersWhere(ctx, edition, where+` ORDER BY made DESC, id DESC LIMIT $`+strconv.Itoa(len(args)+1), args...)
	if len(page) > limit {
		return page[:limit], true, err
	}
	return page, false, err
}

// chosen is the filter as a clause after the edition, which is $1.
func chosen(edition string, f sale.OrderFilter, now race.Instant) (clause string, args []any) {
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args)+1)
	}
	switch f.State {
	case "":
	case sale.Held:
		clause += ` AND state = 'held' AND hard_end > ` + arg(now)
	case sale.Expired:
		clause += ` AND (state = 'expired' OR state = 'held' AND hard_end <= ` + arg(now) + `)`
	default:
		clause += ` AND state = ` + arg(string(f.State))
	}
	switch f.Partner {
	case "":
	case "-":
		clause += ` AND partner = ''`
	default:
		clause += ` AND partner = ` + arg(f.Partner)
	}
	if f.Tasks {
		clause += ` AND tasks > 0`
	}
	if f.Owing {
		clause += ` AND owed > 0`
	}
	if f.Paying {
		clause += ` AND paying > 0`
	}
	if f.Search != "" || f.Blind != "" {
		text := arg(f.Search)
		clause += ` AND (` + text + ` <> '' AND (number = ` + text + ` OR reference = ` + text + ` OR id = ` + text + `)
			OR id IN (SELECT order_id FROM sale_blind WHERE hash = ` + arg(hashOf(edition, f.Blind)) + `))`
	}
	if f.Before != 0 {
		clause += ` AND (made, id) < (` + arg(f.Before) + `, ` + arg(f.BeforeID) + `)`
	}
	return clause, args
}

// OpenPayments are the orders with a payment whose end is not known, the
// earliest first: what the reconciler asks the provider about.
func (s *SaleStore) OpenPayments(ctx context.Context, edition string) ([]*sale.Order, error) {
	if err := s.filed(ctx, edition); err != nil {
		return nil, err
	}
	return s.ordersWhere(ctx, edition, ` AND paying > 0 ORDER BY made, id`)
}

// Counts implements sale.Views.
func (s *SaleStore) Counts(ctx context.Context, edition string) (sale.Counts, error) {
	c := sale.Counts{Orders: map[sale.State]int{}}
	if err := s.filed(ctx, edition); err != nil {
		return c, err
	}
	err := s.db.Read(ctx, func(v *View) error {
		err := v.Each(func(scan func(...any) error) error {
			var state sale.State
			var ended, unpaid, n int
			if err := scan(&state, &ended, &unpaid, &n); err != nil {
				return err
			}
			if state == sale.Held && ended == 1 {
				state = sale.Expired
			}
			c.Orders[state] += n
			if unpaid == 1 && (state == sale.Held || state == sale.Confirmed) {
				c.Open += n
			}
			return nil
		}, `SELECT state, CASE WHEN state = 'held' AND hard_end <= $2 THEN 1 ELSE 0 END AS ended, unpaid, COUNT(*)
			FROM sale_order WHERE edition = $1 GROUP BY state, ended, unpaid`, edition, v.db.instant())
		if err != nil {
			return err
		}
		for _, q := range []struct {
			dest *int
			text string
		}{
			{&c.Tasks, `SELECT COALESCE(SUM(tasks), 0) FROM sale_order WHERE edition = $1 AND tasks > 0`},
			{&c.Owed, `SELECT COALESCE(SUM(owed), 0) FROM sale_order WHERE edition = $1 AND owed > 0`},
			{&c.Waits, `SELECT COUNT(*) FROM sale_wait WHERE edition = $1 AND state IN ('waiting', 'offered')`},
		} {
			if _, err := v.Find([]any{q.dest}, q.text, edition); err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

// Lines implements sale.Views; limit 0 is 1000.
func (s *SaleStore) Lines(ctx context.Context, edition string, after int64, limit int) ([]sale.Line, error) {
	if err := s.filed(ctx, edition); err != nil {
		return nil, err
	}
	return list(s.db.view(ctx), func(scan func(...any) error) (l sale.Line, err error) {
		var units []byte
		if err := scan(&l.Seq, &l.At, &l.Order, &l.Move, &units, &l.By); err != nil {
			return l, err
		}
		if err := json.Unmarshal(units, &l.Units); err != nil {
			return l, damaged(err)
		}
		return l, nil
	}, `SELECT seq, at, order_id, move, units, by_account FROM sale_line WHERE edition = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
		edition, after, cmp.Or(limit, 1000))
}

// Postings implements sale.Views.
func (s *SaleStore) Postings(ctx context.Context, edition, order string) ([]sale.Posting, error) {
	if err := s.filed(ctx, edition); err != nil {
		return nil, err
	}
	where, args := ofOrder(edition, order)
	return list(s.db.view(ctx), func(scan func(...any) error) (p sale.Posting, err error) {
		var currency string
		err = scan(&p.Entry, &p.At, &p.Order, &p.Account, &p.Amount.Minor, &currency, &p.Text)
		p.Amount.Currency = money.Currency(currency)
		return p, err
	}, `SELECT entry, at, order_id, account, minor, currency, text FROM sale_posting`+where+` ORDER BY seq`, args...)
}

// ofOrder chooses the rows of an order, of all orders if it is "".
func ofOrder(edition, order string) (where string, args []any) {
	if order == "" {
		return ` WHERE edition = $1`, []any{edition}
	}
	return ` WHERE edition = $1 AND order_id = $2`, []any{edition, order}
}

// Waits implements sale.Views.
func (s *SaleStore) Waits(ctx context.Context, edition string, all bool) ([]*sale.Wait, error) {
	where := ` AND state IN ('applied', 'waiting', 'offered')`
	if all {
		where = ""
	}
	return s.waits(s.db.view(ctx), edition, where, nil)
}

// Queue implements sale.Views.
func (s *SaleStore) Queue(ctx context.Context, edition string) ([]*sale.Wait, error) {
	ws, err := list(s.db.view(ctx), func(scan func(...any) error) (*sale.Wait, error) {
		var body []byte
		x := &sale.Wait{Stored: true}
		err := scan(&body)
		if err == nil {
			if err = json.Unmarshal(body, x); err != nil {
				err = damaged(err)
			}
		}
		return x, err
	}, `SELECT body FROM sale_wait WHERE edition = $1 AND state = 'waiting' ORDER BY priority DESC, seq`, edition)
	return slices.DeleteFunc(ws, func(x *sale.Wait) bool { return x.Partner != "" }), err
}

// Wait implements sale.Views.
func (s *SaleStore) Wait(ctx context.Context, edition, id string) (*sale.Wait, error) {
	found, err := s.waits(s.db.view(ctx), edition, ` AND id = $2`, []any{id})
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "sale.wait_unknown", nil)
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}
