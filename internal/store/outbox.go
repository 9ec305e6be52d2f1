package store

import (
	"context"
	"math"
	"time"

	"stadion/internal/race"
	"stadion/internal/sale"
)

// letter is what is sealed of a message.
type letter struct {
	To   string            `json:"to"`
	Args map[string]string `json:"args,omitempty"`
}

const (
	// lease is how long a message that was given out is nobody else's: two nodes
	// do not send it both, and one that died does not keep it.
	lease = 2 * time.Minute
	// givenUp is the next try of a message that has none.
	givenUp = math.MaxInt64
)

const selectMail = `SELECT id, edition, made, template, lang, order_id, tries, sent_at, error, private, wrapped FROM outbox`

type mailRow struct {
	sale.SentMail
	edition string
	sealed
}

func scanMail(scan func(...any) error) (r mailRow, err error) {
	err = scan(&r.ID, &r.edition, &r.Made, &r.Template, &r.Lang, &r.Order, &r.Tries, &r.Sent, &r.Error, &r.private, &r.wrapped)
	return r, err
}

func (s *SaleStore) openMail(r *mailRow) error {
	var l letter
	err := s.open(&r.sealed, mailPlace(r.ID), &l)
	r.To, r.Args = l.To, l.Args
	return err
}

const dueMail = ` WHERE sent_at = 0 AND next_at <= $1 AND length(wrapped) > 0`

// DueMails implements sale.Outbox. What it gives is given to nobody else for two
// minutes.
func (s *SaleStore) DueMails(ctx context.Context, at race.Instant, limit int) ([]sale.DueMail, error) {
	some, err := s.db.view(ctx).Find([]any{new(int)}, `SELECT 1 FROM outbox`+dueMail+` LIMIT 1`, at)
	if err != nil || !some {
		return nil, err
	}
	var rows []mailRow
	if err := s.db.Write(ctx, func(tx *Tx) (err error) {
		tx.Unaudited() // nobody decided it: what was sent is in the outbox itself
		rows, err = list(&tx.View, scanMail, selectMail+dueMail+` ORDER BY next_at, id LIMIT $2`, at, limit)
		for i := range rows {
			if err == nil {
				_, err = tx.Exec(`UPDATE outbox SET next_at = $2 WHERE id = $1`, rows[i].ID, at.Add(lease))
			}
		}
		return err
	}); err != nil {
		return nil, err
	}
	out := make([]sale.DueMail, 0, len(rows))
	for i := range rows {
		if s.openMail(&rows[i]) != nil { // one that nobody can open holds up no other
			if err := s.MailFailed(ctx, rows[i].ID, "seal.broken", 0); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, sale.DueMail{Mail: rows[i].Mail, Edition: rows[i].edition, Made: rows[i].Made, Tries: rows[i].Tries})
	}
	return out, nil
}

// MailSent implements sale.Outbox.
func (s *SaleStore) MailSent(ctx context.Context, id string, at race.Instant) error {
	return s.db.Write(ctx, func(tx *Tx) error {
		tx.Unaudited()
		_, err := tx.Exec(`UPDATE outbox SET sent_at = $2, tries = tries + 1, error = '' WHERE id = $1 AND sent_at = 0`, id, at)
		return err
	})
}

// MailFailed implements sale.Outbox.
func (s *SaleStore) MailFailed(ctx context.Context, id, why string, next race.Instant) error {
	if next == 0 {
		next = givenUp
	}
	return s.db.Write(ctx, func(tx *Tx) error {
		tx.Unaudited()
		_, err := tx.Exec(`UPDATE outbox SET tries = tries + 1, error = $2, next_at = $3 WHERE id = $1 AND sent_at = 0`, id, why, next)
		return err
	})
}

// Mails implements sale.Views.
func (s *SaleStore) Mails(ctx context.Context, edition, order string) ([]sale.SentMail, error) {
	if err := s.filed(ctx, edition); err != nil {
		return nil, err
	}
	where, args := ofOrder(edition, order)
	rows, err := list(s.db.view(ctx), scanMail, selectMail+where+` ORDER BY made DESC, id DESC`, args...)
	if err != nil {
		return nil, err
	}
	out := make([]sale.SentMail, len(rows))
	for i := range rows {
		if err := s.openMail(&rows[i]); err != nil {
			return nil, err
		}
		out[i] = rows[i].SentMail
	}
	return out, nil
}
