package store

import (
	"bytes"
	"encoding/json"

	"stadion/internal/sale"
)

// sealed is personal data as it is kept, with its key. Without a key it was
// erased, and stays so.
type sealed struct {
	plain   []byte // opened; nil = not yet
	private []byte
	wrapped []byte
	version int
}

// shut seals plain for the place named of, with a key of its own.
func (s *SaleStore) shut(plain []byte, of string) (sealed, error) {
	key, wrapped, err := s.box.NewKey(of)
	if err != nil {
		return sealed{}, err
	}
	private, err := key.Seal(plain, of)
	return sealed{plain: plain, private: private, wrapped: wrapped}, err
}

// unseal is what shut sealed.
func (s *SaleStore) unseal(k *sealed, of string) ([]byte, error) {
	key, err := s.box.Key(k.wrapped, of)
	if err != nil {
		return nil, err
	}
	return key.Open(k.private, of)
}

// open reads what was sealed into dest; what was erased leaves it as it is.
func (s *SaleStore) open(k *sealed, of string, dest any) (err error) {
	if k.plain == nil && len(k.wrapped) == 0 {
		return nil
	}
	if k.plain == nil {
		if k.plain, err = s.unseal(k, of); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(k.plain, dest); err != nil {
		return damaged(err)
	}
	return nil
}

// again is data to be kept in the place of what was: the same if it did not
// change, and nothing if that was erased.
func (s *SaleStore) again(was sealed, plain []byte, of string) (sealed, error) {
	switch {
	case len(was.wrapped) == 0:
		return sealed{private: []byte{}, wrapped: []byte{}}, nil
	case bytes.Equal(plain, was.plain):
		return was, nil
	}
	return s.shut(plain, of)
}

func orderPlace(edition, id string) string { return "order " + edition + " " + id }
func waitPlace(edition, id string) string  { return "wait " + edition + " " + id }
func mailPlace(id string) string           { return "mail " + id }

// orderBody is an order as JSON. The terms are long and nearly always those of
// the catalogue it was made under, which stays: then only that is said.
type orderBody struct {
	*sale.Order
	Terms   *sale.Terms `json:"terms,omitempty"`
	AsTerms bool        `json:"terms_of_catalogue,omitempty"`
}

// in is the catalogue it was made under; nil has the terms written out.
func bodyOf(o *sale.Order, in *sale.Catalogue) ([]byte, error) {
	b := orderBody{Order: o}
	if in != nil && o.Terms.Same(in.TermsAsSold()) {
		b.AsTerms = true
	} else {
		b.Terms = &o.Terms
	}
	return json.Marshal(b)
}

// orderRow is an order as it is kept.
type orderRow struct {
	id   string
	body []byte
	sealed
}

const selectOrder = `SELECT id, version, body, private, wrapped FROM sale_order WHERE edition = $1`

// selectOrders is for lists of ids. Without statistics PostgreSQL believes that
// an edition has few rows and would go through all of it: so that it looks the
// ids up, the edition is nothing an index has.
const selectOrders = `SELECT id, version, body, private, wrapped FROM sale_order WHERE edition || '' = $1`

func scanOrder(scan func(...any) error) (r orderRow, err error) {
	err = scan(&r.id, &r.version, &r.body, &r.private, &r.wrapped)
	return r, err
}

// orders makes orders of rows; v reads catalogues that are not known yet. took
// gets what was opened.
func (s *SaleStore) orders(v *View, edition string, rows []orderRow, took func(*orderRow)) ([]*sale.Order, error) {
	out := make([]*sale.Order, len(rows))
	for i := range rows {
		r := &rows[i]
		o := &sale.Order{}
		b := orderBody{Order: o}
		if err := json.Unmarshal(r.body, &b); err != nil {
			return nil, damaged(err)
		}
		if b.AsTerms {
			c, err := s.catalogue(v, edition, o.Catalogue)
			if err != nil {
				return nil, err
			}
			o.Terms = c.TermsAsSold()
		} else if b.Terms != nil {
			o.Terms = *b.Terms
		}
		if err := s.open(&r.sealed, orderPlace(edition, r.id), &o.Private); err != nil {
			return nil, err
		}
		if took != nil {
			took(r)
		}
		out[i] = o
	}
	return out, nil
}

// waitRow is a place on the waiting list as it is kept.
type waitRow struct {
	id   string
	body []byte
	sealed
}

const selectWait = `SELECT id, body, private, wrapped FROM sale_wait WHERE edition = $1`

// waits reads places on the waiting list in its order.
func (s *SaleStore) waits(v *View, edition, where string, args []any) ([]*sale.Wait, error) {
	rows, err := list(v, func(scan func(...any) error) (r waitRow, err error) {
		err = scan(&r.id, &r.body, &r.private, &r.wrapped)
		return r, err
	}, selectWait+where+` ORDER BY priority DESC, seq`, append([]any{edition}, args...)...)
	if err != nil {
		return nil, err
	}
	out := make([]*sale.Wait, len(rows))
	for i := range rows {
		r := &rows[i]
		x := &sale.Wait{Stored: true}
		if err := json.Unmarshal(r.body, x); err != nil {
			return nil, damaged(err)
		}
		if err := s.open(&r.sealed, waitPlace(edition, r.id), &x.Private); err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}
