package store

import "context"

// Marks implements sale.Marker. Only a SQLite file has one process that writes
// it: its folder is locked. Beside a PostgreSQL there may be another node.
func (s *SaleStore) Marks(ctx context.Context, edition string, each func(mark string)) (alone bool, err error) {
	v := s.db.view(ctx)
	one := func(scan func(...any) error) (struct{}, error) {
		var mark string
		err := scan(&mark)
		each(mark)
		return struct{}{}, err
	}
	for _, q := range []string{`SELECT key FROM sale_key WHERE edition = $1`, `SELECT DISTINCT blind FROM sale_blind WHERE edition = $1`} {
		if _, err := list(v, one, q, edition); err != nil {
			return false, err
		}
	}
	return s.db.Engine() == SQLite, nil
}
