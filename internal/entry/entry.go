// Package entry is a person's entry in a race: who it is, what the travel
// document says, whether the published rule lets the person travel, and what
// the host answered. Everything here is a pure function of what it is given.
// Nobody is asked for an occupation or an opinion (case 33 of the sale).
package entry

import (
	"stadion/internal/race"
)

// Person is who runs or accompanies. Its fields are personal data: they are
// sealed where they are kept and never logged.
type Person struct {
	ID    string   `json:"id"`             // within the order: "p1"
	Race  string   `json:"race,omitempty"` // "" = accompanies and does not run
	Name  Name     `json:"name"`
	Email string   `json:"email,omitempty"`
	Sex   race.Sex `json:"sex,omitempty"`
	Birth string   `json:"birth,omitempty"` // YYYY-MM-DD
	// Country is the citizenship of the travel document, Other are further
	// citizenships the person declared; ISO 3166 alpha-3 codes.
	Country  string   `json:"country,omitempty"`
	Other    []string `json:"other,omitempty"`
	Resident bool     `json:"resident,omitempty"` // lives in the host country: another price class
	Document Document `json:"document"`
	// Earlier are documents that were replaced after the host had been told of
	// them; they are kept for the amendment until papers are destroyed (case 35).
	Earlier  []Document `json:"earlier,omitempty"`
	Guardian string     `json:"guardian,omitempty"` // id of the person who answers for a minor
	Consent  bool       `json:"consent,omitempty"`  // the guardian's written consent is there
}

// Name keeps the names of a person apart; none is ever derived from another.
type Name struct {
	Printed string `json:"printed"`          // as its owner writes it, any script
	Family  string `json:"family,omitempty"` // as in the travel document, Latin
	Given   string `json:"given,omitempty"`  // may be empty: single names are normal
}

// Document is a travel document; it may come after the sale.
type Document struct {
	Issuer  string `json:"issuer,omitempty"` // ISO 3166 alpha-3 or a code of ICAO 9303
	Number  string `json:"number,omitempty"`
	Expires string `json:"expires,omitempty"` // YYYY-MM-DD
}

// Runs reports whether the person takes a race place.
func (p *Person) Runs() bool { return p.Race != "" }

// Approval is the host's word on a person, apart from money (case 30).
type Approval string

// The states of approval.
const (
	NotAsked    Approval = ""             // not sent to the host yet
	NeedsReview Approval = "needs_review" // something changed, or two records may be one person
	Submitted   Approval = "submitted"
	Approved    Approval = "approved"
	Denied      Approval = "denied"
	Revoked     Approval = "revoked" // approved first, then withdrawn by the host
)
