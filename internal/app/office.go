package app

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/race"
	"stadion/internal/raceday"
	"stadion/internal/results"
	"stadion/internal/store"
	"stadion/internal/web/office"
)

// office is what the office shows and does, over this hall.
func (h *hall) office() office.Source {
	s := OfficeStore(h.db)
	s.Editions = officeEditions{h}
	s.Papers = officePapers{h.db, h.key, func(_ context.Context, id string) (*race.Edition, error) {
		d, err := h.desk(id)
		if err != nil {
			return nil, err
		}
		return d.Field.Snapshot().Edition, nil
	}}
	return s
}

// OfficeStore is what the office needs of the store: sessions, accounts,
// uploads, the audit log and revisions. Editions and Papers are left empty.
func OfficeStore(db *store.DB) office.Source {
	return office.Source{Sessions: officeSessions{db}, Accounts: officeAccounts{db}, Uploads: officeUploads{db},
		Trail: officeTrail{db}, Revisions: officeRevisions{db}}
}

type officeSessions struct{ db *store.DB }

func (o officeSessions) SignIn(ctx context.Context, c office.Credentials) (office.Session, error) {
	s, err := o.db.SignIn(ctx, store.Credentials{Login: c.Login, Password: c.Password, Address: c.Address, OldToken: c.OldToken})
	return office.Session{Token: s.Token, Until: s.ExpiresAt}, err
}

func (o officeSessions) SignOut(ctx context.Context, token string) error {
	return o.db.SignOut(ctx, token)
}

func (o officeSessions) Actor(ctx context.Context, token string) (access.Actor, error) {
	s, err := o.db.Session(ctx, token)
	if err != nil {
		return access.Actor{}, err
	}
	return s.Actor(), nil
}

func (o officeSessions) ChangePassword(ctx context.Context, token, old, password string) error {
	return o.db.ChangeOwnPassword(ctx, token, old, password)
}

type officeAccounts struct{ db *store.DB }

func shownAccount(a store.Account) office.Account {
	return office.Account{ID: a.ID, Login: a.Login, Name: a.Name, Disabled: a.State == store.Disabled,
		Grants: a.Grants, CreatedAt: a.CreatedAt}
}

func (o officeAccounts) List(ctx context.Context) ([]office.Account, error) {
	all, err := o.db.Accounts(ctx)
	out := make([]office.Account, len(all))
	for i := range all {
		out[i] = shownAccount(all[i])
	}
	return out, err
}

func (o officeAccounts) Account(ctx context.Context, id string) (office.Account, error) {
	a, err := o.db.Account(ctx, id)
	return shownAccount(a), err
}

func (o officeAccounts) Create(ctx context.Context, by access.Actor, a office.Account, password string) (office.Account, error) {
	made, err := o.db.CreateAccount(ctx, by, store.NewAccount{Login: a.Login, Name: a.Name, Password: password, Grants: a.Grants})
	return shownAccount(made), err
}

func (o officeAccounts) SetRoles(ctx context.Context, by access.Actor, id string, grants []access.Grant) error {
	return o.db.SetRoles(ctx, by, id, grants)
}

func (o officeAccounts) SetPassword(ctx context.Context, by access.Actor, id, password string) error {
	return o.db.SetPassword(ctx, by, id, password)
}

func (o officeAccounts) SetDisabled(ctx context.Context, by access.Actor, id string, disabled bool) error {
	if disabled {
		return o.db.DisableAccount(ctx, by, id)
	}
	return o.db.EnableAccount(ctx, by, id)
}

type officeUploads struct{ db *store.DB }

func shownUpload(u store.Upload, err error) (office.Upload, error) {
	return office.Upload{ID: u.ID, Edition: u.Edition, Kind: u.Kind, Name: u.FileName, Bytes: u.Bytes, By: u.ByName,
		At: u.At, Until: u.ExpiresAt}, err
}

func (o officeUploads) Stage(ctx context.Context, by access.Actor, edition, kind, name string, content []byte) (office.Upload, error) {
	return shownUpload(o.db.StageUpload(ctx, by, edition, kind, name, content))
}

func (o officeUploads) Upload(ctx context.Context, edition, id string) (office.Upload, error) {
	return shownUpload(o.db.Upload(ctx, edition, id))
}

func (o officeUploads) Take(ctx context.Context, by access.Actor, edition, id string) (office.Upload, error) {
	return shownUpload(o.db.TakeUpload(ctx, by, edition, id))
}

func (o officeUploads) Discard(ctx context.Context, by access.Actor, edition, id string) error {
	return o.db.DiscardUpload(ctx, by, edition, id)
}

type officeTrail struct{ db *store.DB }

func (o officeTrail) Entries(ctx context.Context, f office.TrailFilter) ([]office.Entry, bool, error) {
	page, more, err := o.db.Entries(ctx, store.EntryFilter{Edition: f.Edition, Actor: f.Actor, Action: store.Action(f.Action), Subject: f.Subject,
		Before: f.Before, Limit: f.Limit})
	out := make([]office.Entry, len(page))
	for i, e := range page {
		out[i] = office.Entry{ID: e.ID, At: e.At, Actor: e.Actor, ActorName: e.ActorName, Action: string(e.Action),
			Edition: e.Edition, Subject: e.Subject, Detail: e.Detail}
	}
	return out, more, err
}

type officeRevisions struct{ db *store.DB }

func (o officeRevisions) Revisions(ctx context.Context, edition, race string) ([]office.RevisionHead, error) {
	heads, err := o.db.Revisions(ctx, edition, race)
	out := make([]office.RevisionHead, len(heads))
	for i, h := range heads {
		out[i] = office.RevisionHead{Race: h.Race, Number: h.Number, State: h.State, At: h.At, By: h.By, Note: h.Note,
			Rows: h.Rows, Hash: h.Hash}
	}
	return out, err
}

func (o officeRevisions) Revision(ctx context.Context, edition, race string, number int) (results.Revision, error) {
	return o.db.Revision(ctx, edition, race, number)
}

type officeEditions struct{ h *hall }

func (o officeEditions) List(context.Context) ([]*raceday.Desk, error) {
	var out []*raceday.Desk
	for _, d := range o.h.list() {
		out = append(out, &d.Desk)
	}
	return out, nil
}

func (o officeEditions) Desk(_ context.Context, id string) (*raceday.Desk, error) {
	d, err := o.h.desk(id)
	if err != nil {
		return nil, err
	}
	return &d.Desk, nil
}

func (o officeEditions) Archived(_ context.Context, id string) (bool, error) {
	d, err := o.h.desk(id)
	if err != nil {
		return false, err
	}
	o.h.mu.Lock()
	defer o.h.mu.Unlock()
	return d.summary.Archived(), nil
}

func (o officeEditions) SetArchived(ctx context.Context, by access.Actor, id string, archived bool) error {
	return o.h.setArchived(ctx, by, id, archived)
}

func (o officeEditions) File(ctx context.Context, id string) ([]byte, error) {
	e, err := o.h.db.Edition(ctx, id)
	return []byte(e.TOML), err
}

func (o officeEditions) Create(ctx context.Context, by access.Actor, name string, text []byte) (*race.Edition, error) {
	e, _, err := o.h.CreateEdition(ctx, by, name, text)
	return e, err
}

func (o officeEditions) Change(ctx context.Context, by access.Actor, id, name string, text []byte) (*race.Edition, error) {
	e, _, err := o.h.ChangeEdition(ctx, by, id, name, text)
	return e, err
}
