package store

import (
	"context"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// How attempts to sign in are slowed down. So many failures are free; each
// further one doubles the wait before the next, up to attemptWaitMost. A day
// without an attempt forgets. An office of twenty behind one address makes
// more mistakes than one person, so an address alone has many more free.
const (
	freePerName      = 5
	freePerAddress   = 100
	attemptWaitFirst = 2 * time.Second
	attemptWaitMost  = 15 * time.Minute
	attemptMemory    = 24 * time.Hour
)

// attempt is a count of failures that a try raises.
type attempt struct {
	key  []byte
	free int
}

// wait is how long after the last failure the next try may come.
func (a attempt) wait(failures int) time.Duration {
	over := failures - a.free
	if over < 0 {
		return 0
	}
	if over > 20 {
		return attemptWaitMost
	}
	return min(attemptWaitFirst<<over, attemptWaitMost)
}

// countAttempts counts a try as failed until forgive says otherwise. While a
// wait is on, nothing is counted and the fault is Limited
// store.too_many_attempts.
func (db *DB) countAttempts(ctx context.Context, counts ...attempt) error {
	return db.Write(ctx, func(tx *Tx) error {
		tx.Unaudited() // the outcome is what is told
		if _, err := tx.Exec(`DELETE FROM sign_in_attempt WHERE last_at <= $1`, tx.at.Add(-attemptMemory)); err != nil {
			return err
		}
		for _, a := range counts {
			if err := tx.mayTry(a); err != nil {
				return err
			}
		}
		for _, a := range counts {
			if _, err := tx.Exec(`INSERT INTO sign_in_attempt (hash, failures, last_at) VALUES ($1, 1, $2)
				ON CONFLICT (hash) DO UPDATE SET failures = sign_in_attempt.failures + 1, last_at = excluded.last_at`,
				a.key, tx.at); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) mayTry(a attempt) error {
	var failures int
	var last race.Instant
	found, err := tx.Find([]any{&failures, &last}, `SELECT failures, last_at FROM sign_in_attempt WHERE hash = $1`, a.key)
	if err != nil || !found {
		return err
	}
	left := last.Add(a.wait(failures)).Sub(tx.at)
	if left <= 0 {
		return nil
	}
	seconds := int((left + time.Second - 1) / time.Second)
	return fault.New(fault.Limited, "store.too_many_attempts", fault.Args{"n": seconds})
}

// forgive takes back what countAttempts counted: the try succeeded. A name's
// failures are forgotten with it; an address keeps those of others.
func (tx *Tx) forgive(counts ...attempt) error {
	for _, a := range counts {
		if a.free == freePerName {
			if _, err := tx.Exec(`DELETE FROM sign_in_attempt WHERE hash = $1`, a.key); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.Exec(`UPDATE sign_in_attempt SET failures = failures - 1 WHERE hash = $1 AND failures > 0`, a.key); err != nil {
			return err
		}
	}
	return nil
}
