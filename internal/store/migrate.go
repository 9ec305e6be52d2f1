package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// migrate brings the tables up to date. Several nodes may do so at once on
// PostgreSQL: one does it, the others wait. A database that a newer program
// has migrated further is left as it is; by the rules of the package it works.
func migrate(ctx context.Context, dialect goose.Dialect, db *sql.DB) error {
	folder := "migrations/sqlite"
	options := []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true), goose.WithTableName("migration"), goose.WithSlog(slog.New(slog.DiscardHandler)),
	}
	if dialect == goose.DialectPostgres {
		folder = "migrations/postgres"
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return fmt.Errorf("migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	provider, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
