// Package access says who may do what. Who somebody is (Actor), what they are
// at a race (Role) and what a page or a command needs (Permission) are words;
// the decision is made in one function, Can, over one table, and nowhere else.
// The package is pure: accounts and sessions are kept by package store.
package access

import (
	"slices"

	"stadion/internal/fault"
)

// Role is what a person does at a race. A person may have several, each at one
// edition or everywhere.
type Role string

// The roles. An organiser can do everything.
const (
	Organiser  Role = "organiser"
	Timekeeper Role = "timekeeper"
	Referee    Role = "referee"
	Announcer  Role = "announcer"
	Viewer     Role = "viewer"

	Desk      Role = "desk"      // sells, takes names and approvals
	Treasurer Role = "treasurer" // money: receipts, refunds, the bank, the ledger
	Partner   Role = "partner"   // sells from its own allocation and sees its own orders alone
)

// Roles are all roles in the order they are offered. The sentence of each is
// the message "role." + role.
var Roles = []Role{Organiser, Timekeeper, Referee, Announcer, Viewer, Desk, Treasurer, Partner}

// Known reports whether r is a role.
func (r Role) Known() bool {
	for _, k := range Roles {
		if k == r {
			return true
		}
	}
	return false
}

// Everywhere is the edition of a grant that holds at every edition, those to
// come included, and of a permission that concerns no single edition.
const Everywhere = ""

// Grant gives a role at one edition, or Everywhere.
type Grant struct {
	Edition string `json:"edition,omitempty"`
	Role    Role   `json:"role"`
	Partner string `json:"partner,omitempty"` // of the role Partner: its id in the sale's catalogue
}

// Actor is who asks: an account that is signed in, the program itself, or
// nobody (the zero Actor).
type Actor struct {
	Account string // id of the account, "" = nobody is signed in
	Name    string // as shown to colleagues and written in the audit log
	Grants  []Grant
}

// System is the program acting for nobody in particular: a command at the
// terminal, the demo. It may do everything; name says which ("demo").
func System(name string) Actor {
	return Actor{Account: "system:" + name, Name: name, Grants: []Grant{{Edition: Everywhere, Role: Organiser}}}
}

// SignedIn reports whether the actor is anybody.
func (a Actor) SignedIn() bool { return a.Account != "" }

// Roles are the actor's roles at an edition, those held everywhere included,
// in the order of Roles and each once. Roles(Everywhere) are only those held
// everywhere.
func (a Actor) Roles(edition string) []Role {
	var out []Role
	for _, r := range Roles {
		for _, g := range a.Grants {
			if g.Role == r && (g.Edition == Everywhere || g.Edition == edition) {
				out = append(out, r)
				break
			}
		}
	}
	return out
}

// Can decides whether an actor may do what permission names at an edition. It
// is the only place where this is decided. The answer is nil, or
//
//   - fault Unauthenticated access.sign_in: nobody is signed in;
//   - fault NotFound access.not_found: the actor has no role at this edition,
//     and so is not told whether it exists;
//   - fault Forbidden access.forbidden: the actor's roles do not include it;
//   - fault Internal access.permission_unknown: a mistake in the program.
//
// Whether the edition exists is the caller's to find out. A permission that
// concerns the whole installation needs a role held everywhere, whatever
// edition is named; so does one that concerns an edition where none is named.
func Can(a Actor, p Permission, edition string) error {
	r, ok := rules[p]
	if !ok {
		return fault.New(fault.Internal, "access.permission_unknown", fault.Args{"permission": string(p)})
	}
	if r.scope == anybody {
		return nil
	}
	if !a.SignedIn() {
		return fault.New(fault.Unauthenticated, "access.sign_in", nil)
	}
	if r.scope == signedIn {
		return nil
	}
	if r.scope == installation {
		edition = Everywhere
	}
	have := a.Roles(edition)
	if len(have) == 0 && edition != Everywhere {
		return fault.New(fault.NotFound, "access.not_found", nil)
	}
	for _, role := range have {
		if role == Organiser || r.roles.has(role) {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "access.forbidden", fault.Args{"permission": string(p)})
}

// Reach says how far a permission goes for an actor who holds it at an edition:
// over everything, or over what belongs to the partners named. It gives nothing
// that Can refuses.
func Reach(a Actor, p Permission, edition string) (everything bool, partners []string) {
	if Can(a, p, edition) != nil {
		return false, nil
	}
	r := rules[p]
	for _, role := range a.Roles(edition) {
		if role != Partner && (role == Organiser || r.roles.has(role)) {
			return true, nil
		}
	}
	if r.scope != atEdition {
		return true, nil
	}
	for _, g := range a.Grants {
		if g.Role == Partner && g.Partner != "" && (g.Edition == Everywhere || g.Edition == edition) && !slices.Contains(partners, g.Partner) {
			partners = append(partners, g.Partner)
		}
	}
	slices.Sort(partners)
	return false, partners
}
