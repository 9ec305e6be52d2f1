package store

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// SettingKind says who may see a setting's value.
type SettingKind string

// The kinds. A secret is given to the code that needs it and to nobody else:
// it stands in no list and in no line of the audit log.
const (
	Plain  SettingKind = "plain"
	Secret SettingKind = "secret"
)

// Setting is a value of the whole installation.
type Setting struct {
	Name      string
	Kind      SettingKind
	Value     []byte // nil for a secret in a list
	ChangedAt race.Instant
}

// SetSetting keeps a plain value. Fault Conflict store.setting_secret if a
// secret has the name.
func (db *DB) SetSetting(ctx context.Context, by access.Actor, name string, value []byte) error {
	return db.Write(ctx, func(tx *Tx) error {
		before, found, err := first(&tx.View, scanSetting, selectSetting+` WHERE name = $1`, name)
		if err != nil {
			return err
		}
		if before.Kind == Secret {
			return fault.New(fault.Conflict, "store.setting_secret", fault.Args{"name": name})
		}
		if err := tx.putSetting(Setting{name, Plain, value, tx.at}); err != nil {
			return err
		}
		detail := map[string]any{"after": string(value)}
		if found {
			detail["before"] = string(before.Value)
		}
		return tx.Audit(by, SettingChange, "", name, detail)
	})
}

// Setting is the value of a name, found or not.
func (db *DB) Setting(ctx context.Context, name string) (value []byte, found bool, err error) {
	s, found, err := first(db.view(ctx), scanSetting, selectSetting+` WHERE name = $1 AND kind = 'plain'`, name)
	return s.Value, found, err
}

// Settings are all settings by name; secrets without their values.
func (db *DB) Settings(ctx context.Context) ([]Setting, error) {
	return list(db.view(ctx), func(scan func(...any) error) (Setting, error) {
		s, err := scanSetting(scan)
		if s.Kind == Secret {
			s.Value = nil
		}
		return s, err
	}, selectSetting+` ORDER BY name`)
}

// SecretOnce is the secret of a name: n random bytes, made when it is first
// asked for and the same ever after, on every node. Fault Conflict
// store.setting_plain if a plain setting has the name.
func (db *DB) SecretOnce(ctx context.Context, by access.Actor, name string, n int) ([]byte, error) {
	fresh, err := db.bytes(n)
	if err != nil {
		return nil, err
	}
	return db.KeepSecret(ctx, by, name, fresh)
}

// KeepSecret keeps a secret under a name that has none yet, and returns the
// one that stands: the one given, or the one that was there before.
func (db *DB) KeepSecret(ctx context.Context, by access.Actor, name string, secret []byte) ([]byte, error) {
	if s, found, err := db.secret(db.view(ctx), name); err != nil || found {
		return s, err
	}
	var out []byte
	err := db.Write(ctx, func(tx *Tx) error {
		s, found, err := db.secret(&tx.View, name)
		if err != nil || found {
			out = s
			return err
		}
		out = secret
		if err := tx.putSetting(Setting{name, Secret, secret, tx.at}); err != nil {
			return err
		}
		return tx.Audit(by, SettingChange, "", name, map[string]SettingKind{"kind": Secret})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (db *DB) secret(v *View, name string) ([]byte, bool, error) {
	s, found, err := first(v, scanSetting, selectSetting+` WHERE name = $1`, name)
	if err == nil && found && s.Kind != Secret {
		err = fault.New(fault.Conflict, "store.setting_plain", fault.Args{"name": name})
	}
	return s.Value, found, err
}

// RemoveSetting forgets a setting or a secret. Removing none is no error.
func (db *DB) RemoveSetting(ctx context.Context, by access.Actor, name string) error {
	return db.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(`DELETE FROM setting WHERE name = $1`, name)
		if err != nil {
			return err
		}
		if n == 0 {
			tx.Unaudited() // nothing was done
			return nil
		}
		return tx.Audit(by, SettingRemove, "", name, nil)
	})
}

const selectSetting = `SELECT name, kind, value, changed_at FROM setting`

func scanSetting(scan func(...any) error) (s Setting, err error) {
	err = scan(&s.Name, &s.Kind, &s.Value, &s.ChangedAt)
	return s, err
}

func (tx *Tx) putSetting(s Setting) error {
	_, err := tx.Exec(`INSERT INTO setting (name, kind, value, changed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, value = excluded.value, changed_at = excluded.changed_at`,
		s.Name, s.Kind, s.Value, s.ChangedAt)
	return err
}
