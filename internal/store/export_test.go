package store

// Queued is how many writes wait behind the one that runs.
func (db *DB) Queued() int { return len(db.queue) }

// Closed reports whether Close was called.
func (db *DB) Closed() bool { return db.isClosed() }
