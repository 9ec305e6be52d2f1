package store

import (
	"math"
	"time"
)

// Queued is how many writes wait behind the one that runs.
func (db *DB) Queued() int { return len(db.queue) }

// Closed reports whether Close was called.
func (db *DB) Closed() bool { return db.isClosed() }

// Busy has the store keep even single orders in the day book, as in a rush that
// does not end.
func (s *SaleStore) Busy() *SaleStore {
	s.few, s.rush = 1, 0
	return s
}

// RushOver has the store take a rush for over after so long.
func (s *SaleStore) RushOver(after time.Duration) { s.rush = after }

// DecodePage reads a page of the day book and writes it again.
func DecodePage(b []byte) ([]byte, error) {
	p, err := decodePage(1, b)
	if err != nil {
		return nil, err
	}
	return p.encode(nil), nil
}

// SomePage is a page with one of everything.
func SomePage() []byte {
	return (&page{At: 5, Ends: math.MaxInt64,
		Orders: []newOrder{{ID: "o1", Number: "T26-0001", State: "held", Made: -5, HardEnd: 7, Unpaid: 1, Version: 1, Blinds: []string{"b1", "b2"},
			Units: []byte("[]"), Body: []byte("{}"), Private: []byte("null")}},
		Keys:     []keyRow{{Key: "k1", Body: "digest", Order: "o1"}},
		Lines:    []lineRow{{At: 5, Order: "o1", Move: "hold", Units: []byte("[]")}},
		Postings: []postingRow{{At: 5, Minor: -100, Entry: "e", Order: "o1", Account: "buyer:o1", Currency: "EUR", Text: "charge"}},
		Mails:    []mailForm{{ID: "m1", Template: "order.held", Lang: "ko", Order: "o1", Letter: []byte("{}")}},
		Audits:   []auditRow{{Action: "order.hold", Subject: "T26-0001", Detail: []byte("{}")}}}).encode(nil)
}
