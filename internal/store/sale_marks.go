package store

import (
	"context"
	"encoding/json"
)

// Marks implements sale.Marker. Only a SQLite file has one process that writes
// it: its folder is locked. Beside a PostgreSQL there may be another node, and
// marks would be of no use.
func (s *SaleStore) Marks(ctx context.Context, edition string, each func(mark string)) (alone bool, err error) {
	if s.db.Engine() != SQLite {
		return false, nil
	}
	if err := s.filed(ctx, edition); err != nil {
		return false, err
	}
	v := s.db.view(ctx)
	if err := v.Each(func(scan func(...any) error) error {
		var key string
		err := scan(&key)
		each(key)
		return err
	}, `SELECT key FROM sale_key WHERE edition = $1`, edition); err != nil {
		return false, err
	}
	if err := v.Each(func(scan func(...any) error) error {
		var text []byte
		if err := scan(&text); err != nil {
			return err
		}
		var blinds []string
		if err := json.Unmarshal(text, &blinds); err != nil {
			return damaged(err)
		}
		for _, b := range blinds {
			each(b)
		}
		return nil
	}, `SELECT blinds FROM sale_order WHERE edition = $1`, edition); err != nil {
		return false, err
	}
	return true, nil
}
