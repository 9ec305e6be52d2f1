package store_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

func TestMigrations_SameFileNamesForBothEngines(t *testing.T) {
	names := func(engine string) (out []string) {
		files, err := fs.Glob(os.DirFS("migrations/"+engine), "*.sql")
		must(t, err)
		return files
	}
	if lite, pg := names("sqlite"), names("postgres"); !slices.Equal(lite, pg) || len(lite) == 0 {
		t.Errorf("sqlite has %v, postgres has %v", lite, pg)
	}
}

func TestMigrations_MakeTheSameColumnsOnBothEngines(t *testing.T) {
	ask := map[store.Engine]string{
		store.SQLite: `SELECT m.name || '.' || c.name || ' ' || c.type FROM sqlite_schema m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'migration'`,
		store.Postgres: `SELECT table_name || '.' || column_name || ' ' || CASE data_type
			WHEN 'bigint' THEN 'INTEGER' WHEN 'bytea' THEN 'BLOB' WHEN 'text' THEN 'TEXT' ELSE data_type END
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migration'`,
	}
	columns := map[store.Engine][]string{}
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		e := db.Engine()
		must(t, db.Read(t.Context(), func(v *store.View) error {
			return v.Each(func(scan func(...any) error) error {
				var c string
				err := scan(&c)
				columns[e] = append(columns[e], c)
				return err
			}, ask[e])
		}))
		slices.Sort(columns[e])
	})
	lite, pg := columns[store.SQLite], columns[store.Postgres]
	if len(lite) < 40 || !slices.Equal(lite, pg) {
		t.Errorf("sqlite:\n%s\npostgres:\n%s", strings.Join(lite, "\n"), strings.Join(pg, "\n"))
	}
}

func TestMigrations_EverySQLiteTableIsStrict(t *testing.T) {
	db := storetest.Open(t, storetest.URL(t, store.SQLite), storetest.NewClock())
	tables := 0
	must(t, db.Read(t.Context(), func(v *store.View) error {
		return v.Each(func(scan func(...any) error) error {
			var name string
			var strict int
			err := scan(&name, &strict)
			if tables++; strict != 1 {
				t.Errorf("table %s is not STRICT", name)
			}
			return err
		}, `SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND name <> 'migration'`)
	}))
	if tables < 9 {
		t.Errorf("%d tables", tables)
	}
}

func TestStrict_AWordIsNoNumberOnEitherEngine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		for _, statement := range []string{
			`INSERT INTO setting (name, kind, value, changed_at) VALUES ('a', 'plain', $1, 'noon')`,
			`INSERT INTO setting (name, kind, value, changed_at) VALUES ('a', 'open', $1, 1)`,
			`INSERT INTO setting (name, kind, value, changed_at) VALUES (NULL, 'plain', $1, 1)`,
			`INSERT INTO account_role (account, edition, role) VALUES ('nobody', '', 'viewer')`,
		} {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				tx.Unaudited()
				args := []any{}
				if strings.Contains(statement, "$1") {
					args = append(args, []byte("x"))
				}
				_, err := tx.Exec(statement, args...)
				return err
			})
			if err == nil {
				t.Errorf("accepted: %s", statement)
			}
		}
	})
}

func TestOpen_SQLiteWaitsForTheDisk(t *testing.T) {
	db := storetest.Open(t, storetest.URL(t, store.SQLite), storetest.NewClock())
	must(t, db.Write(t.Context(), func(tx *store.Tx) error {
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
			var got string
			if _, err := tx.Find([]any{&got}, "PRAGMA "+pragma); err != nil || got != want {
				t.Errorf("%s = %q, %v, want %q", pragma, got, err, want)
			}
		}
		return nil
	}))
}

func TestOpen_AgainChangesNothing(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		one := storetest.Open(t, url, clock)
		edition(t, one, "e")
		two := storetest.Open(t, url, clock)
		if _, err := two.Edition(t.Context(), "e"); err != nil {
			t.Error(err)
		}
	})
}

func TestOpen_NodesThatStartAtOnceMigrateOnce(t *testing.T) {
	url, clock := storetest.URL(t, store.Postgres), storetest.NewClock()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			db, err := store.OpenWith(context.Background(), store.Option{URL: url, Now: clock.Now})
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// The release before keeps working on a database the next one has migrated.
func TestOpen_ADatabaseOfANewerProgram(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		db := storetest.Open(t, url, clock)
		must(t, db.Write(t.Context(), func(tx *store.Tx) error {
			tx.Unaudited()
			if _, err := tx.Exec(`ALTER TABLE edition ADD COLUMN later TEXT NOT NULL DEFAULT ''`); err != nil {
				return err
			}
			applied := map[store.Engine]string{store.SQLite: "1", store.Postgres: "true"}[db.Engine()]
			_, err := tx.Exec(`INSERT INTO migration (version_id, is_applied) VALUES (90001, ` + applied + `)`)
			return err
		}))
		must(t, db.Close())
		edition(t, storetest.Open(t, url, clock), "e")
	})
}

func TestOpen_SaysWhatIsWrong(t *testing.T) {
	clock := storetest.NewClock()
	_, err := store.Open(t.Context(), "mysql://root:geheim@host/db", clock.Now)
	wantFault(t, err, fault.Invalid, "store.url")
	_, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder", "s.db"), clock.Now)
	wantFault(t, err, fault.Unavailable, "store.open")
	_, err = store.Open(t.Context(), "postgres://stadion:geheim@127.0.0.1:1/db?connect_timeout=2", clock.Now)
	wantFault(t, err, fault.Unavailable, "store.open")
	if strings.Contains(fmt.Sprint(err), "geheim") {
		t.Errorf("the password is in the error: %v", err)
	}
	_, err = store.Open(t.Context(), "postgres://stadion:geheim@host:port/db", clock.Now)
	wantFault(t, err, fault.Invalid, "store.url")
	if strings.Contains(fmt.Sprint(err), "geheim") {
		t.Errorf("the password is in the error: %v", err)
	}
	junk := filepath.Join(t.TempDir(), "junk.db")
	must(t, os.WriteFile(junk, []byte(strings.Repeat("this is no database ", 100)), 0o600))
	_, err = store.Open(t.Context(), junk, clock.Now)
	wantFault(t, err, fault.Unavailable, "store.open")
}

func TestOpen_PrivateDatabaseGoesWithClose(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	db, err := store.Open(context.Background(), "", storetest.NewClock().Now)
	must(t, err)
	edition(t, db, "e")
	must(t, db.Close())
	left, err := os.ReadDir(temp)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOpen_FileNamesWithOddLettersAndOnlyForTheOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "대회 50%? #1.db")
	db := storetest.Open(t, "sqlite:"+path, storetest.NewClock())
	edition(t, db, "e")
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if got := get[store.Edition](t)(db.Edition(t.Context(), "e")); got.ID != "e" {
		t.Errorf("edition %+v", got)
	}
}

// Every fault and every action of this package has a sentence.
func TestMessages_EveryFaultAndActionHasASentence(t *testing.T) {
	files, err := filepath.Glob("*.go")
	must(t, err)
	n := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := os.ReadFile(file)
		must(t, err)
		for i, s := range strings.Split(string(b), `"`) {
			if i%2 == 1 && strings.HasPrefix(s, "store.") {
				if n++; !lang.Has("fault." + s) {
					t.Errorf("%s: fault %s has no sentence", file, s)
				}
			}
		}
		for _, line := range strings.Split(string(b), "\n") {
			if name, word, ok := strings.Cut(line, " Action = "); ok && strings.HasPrefix(name, "\t") {
				if n++; !lang.Has("audit." + strings.Trim(word, `"`)) {
					t.Errorf("%s: action %s has no sentence", file, word)
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d words found", n)
	}
}
