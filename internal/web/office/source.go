package office

import (
	"context"
	"encoding/json"
	"io"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/raceday"
	"stadion/internal/results"
	"stadion/internal/sale"
)

// Source is everything the office shows and does. All of it must be there but
// the sale.
type Source struct {
	Sessions  Sessions
	Accounts  Accounts
	Editions  Editions
	Uploads   Uploads
	Trail     Trail
	Revisions Revisions
	Papers    Papers
	Sale      Sale // nil: this office sells nothing; it is whole without
}

// Sale is what the office needs of the sale. It is safe for concurrent use.
type Sale interface {
	// Counter is where everything of an edition's sale goes through, nil if the
	// edition cannot have a sale. There is one before there is a catalogue.
	Counter(edition string) *sale.Counter
	Views() sale.Views
	// Create begins the sale of an edition with its first catalogue. Fault Conflict
	// store.sale_exists.
	Create(ctx context.Context, by access.Actor, c *sale.Catalogue) error
	// Blind is the index of a value of a kind: "email", "document". The value was
	// folded before (entry.FoldEmail, entry.FoldDocument).
	Blind(kind, value string) string
	// ID makes 26 random characters that nobody can guess.
	ID() string
	Now() race.Instant // the wall clock
	// Cashier sends card refunds, nil if no cards are taken.
	Cashier() pay.Cashier
	// Drawing is the edition's draw, nil if its sale has none.
	Drawing(edition string) *sale.Drawing
}

// Credentials are what somebody signs in with.
type Credentials struct {
	Login, Password string
	Address         string // of the client, without port
	OldToken        string // of the session this one takes the place of, "" = none
}

// Session is a sign-in: the secret of the cookie and until when it holds.
type Session struct {
	Token string
	Until race.Instant
}

// Sessions signs people in and out.
type Sessions interface {
	// SignIn opens a session. A wrong login and a wrong password are the same
	// fault, Unauthenticated; too many attempts are Limited.
	SignIn(ctx context.Context, c Credentials) (Session, error)
	// SignOut ends a session. Ending one that has ended is no error.
	SignOut(ctx context.Context, token string) error
	// Actor is who the token's session belongs to, with the roles they have now.
	// Fault Unauthenticated if the session does not hold.
	Actor(ctx context.Context, token string) (access.Actor, error)
	// ChangePassword replaces the password of the token's account where the old
	// one is known, and ends its other sessions. Faults on old_password, password.
	ChangePassword(ctx context.Context, token, old, password string) error
}

// Account is a person of the crew.
type Account struct {
	ID, Login, Name string
	Disabled        bool
	Grants          []access.Grant
	CreatedAt       race.Instant
}

// Accounts keeps who may sign in. They are never deleted: the audit log names
// them.
type Accounts interface {
	// List is every account by login.
	List(ctx context.Context) ([]Account, error)
	// Account finds one. NotFound if there is none.
	Account(ctx context.Context, id string) (Account, error)
	// Create makes one. Faults on login, name, password, role.
	Create(ctx context.Context, by access.Actor, a Account, password string) (Account, error)
	// SetRoles gives an account exactly these roles. Conflict where nobody could
	// manage accounts any more.
	SetRoles(ctx context.Context, by access.Actor, id string, grants []access.Grant) error
	// SetPassword replaces a password and ends the account's sessions.
	SetPassword(ctx context.Context, by access.Actor, id, password string) error
	// SetDisabled keeps an account out, or lets it in again.
	SetDisabled(ctx context.Context, by access.Actor, id string, disabled bool) error
}

// Editions are the races the office works on.
type Editions interface {
	// List is the desk of every edition, the latest date first.
	List(ctx context.Context) ([]*raceday.Desk, error)
	// Desk is the race office of one edition. NotFound if there is none.
	Desk(ctx context.Context, id string) (*raceday.Desk, error)
	// File is the edition's file as it was given last.
	File(ctx context.Context, id string) ([]byte, error)
	// Create makes an edition of its file and opens its desk.
	Create(ctx context.Context, by access.Actor, name string, text []byte) (*race.Edition, error)
	// Archived reports whether an edition is archived: it is shown, and changes no
	// more; every act on it is refused with the fault store.edition_archived.
	Archived(ctx context.Context, id string) (bool, error)
	// SetArchived archives an edition, or opens it again.
	SetArchived(ctx context.Context, by access.Actor, id string, archived bool) error
	// Change replaces the rules of an edition by a new file.
	Change(ctx context.Context, by access.Actor, id, name string, text []byte) (*race.Edition, error)
}

// Upload is a file that was sent and not yet imported.
type Upload struct {
	ID, Edition, Kind, Name string
	Bytes                   []byte
	By                      string // name
	At, Until               race.Instant
}

// Uploads keeps files between being sent and being imported or discarded.
type Uploads interface {
	// Stage keeps a file until it is taken, discarded or too old.
	Stage(ctx context.Context, by access.Actor, edition, kind, name string, content []byte) (Upload, error)
	// Upload looks at a staged file. NotFound if it is not (any more) there.
	Upload(ctx context.Context, edition, id string) (Upload, error)
	// Take gives a file to be imported, and to nobody a second time.
	Take(ctx context.Context, by access.Actor, edition, id string) (Upload, error)
	// Discard forgets a file.
	Discard(ctx context.Context, by access.Actor, edition, id string) error
}

// Entry is one line of the audit log.
type Entry struct {
	ID                       int64
	At                       race.Instant
	Actor, ActorName         string
	Action, Edition, Subject string
	Detail                   json.RawMessage
}

// TrailFilter chooses lines; empty fields choose all.
type TrailFilter struct {
	Edition, Actor, Action string
	Subject                string
	Before                 int64 // id of the last line of the page before
	Limit                  int
}

// Trail is the audit log.
type Trail interface {
	// Entries are the lines chosen, the latest first; more says whether others
	// follow.
	Entries(ctx context.Context, f TrailFilter) (page []Entry, more bool, err error)
}

// RevisionHead is a published revision without its rows.
type RevisionHead struct {
	Race     string
	Number   int
	State    results.State
	At       race.Instant
	By, Note string
	Rows     int
	Hash     string
}

// Revisions are what was published.
type Revisions interface {
	// Revisions are the heads, the latest first; race "" is every race.
	Revisions(ctx context.Context, edition, race string) ([]RevisionHead, error)
	// Revision is one with its rows. NotFound if there is none.
	Revision(ctx context.Context, edition, race string, number int) (results.Revision, error)
}

// Order is which certificates are printed, and how.
type Order struct {
	Edition, Race string
	Revision      int
	Bibs          []string // empty = every finisher
	Lang          lang.Tag
	Paper         string // A4 or Letter
	Base          string // address of the verification page; the code is appended
}

// Papers prints.
type Papers interface {
	// Outdated are the bibs of a race whose certificate says something else than
	// its latest revision: they are due a new one.
	Outdated(ctx context.Context, edition, race string) ([]string, error)
	// CertificateRun writes the certificates of a revision into one PDF, a page
	// each, and tells how far it is. What it certifies is kept, so that every
	// printed code is found. left are the finishers who get none, with the
	// reason. It stops when ctx is done.
	CertificateRun(ctx context.Context, by access.Actor, o Order, w io.Writer, progress func(done, total int)) (left fault.List, err error)
}
