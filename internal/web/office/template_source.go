package office

import (
	"context"
	"io"

	"stadion/internal/access"
	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
)

// DesignKey names a design: of an edition's certificates of a kind in a
// language.
type DesignKey struct {
	Edition string
	Lang    lang.Tag
	Kind    award.Kind
}

// Design is a version of an organiser's own design of certificates.
type Design struct {
	DesignKey
	Version  int  // 0 = none was ever saved
	House    bool // the design of the house: Template says nothing
	Template award.Template
	Artwork  string // "" = none
	Restored int    // the version this one repeats, 0 = none
	At       race.Instant
	By       string
}

// Picture is what is known of an artwork.
type Picture struct {
	Hash, Name    string
	Width, Height int
	DPI           int // on A4
	KB            int
}

// Specimen is who a design is looked at with: a row of a race's list.
type Specimen struct {
	Race string
	Rows []results.Row // of the list, for its head counts
	Row  results.Row
	Base string // address of the verification page
}

// Designs keeps and draws the organiser's designs. Papers may be one as well;
// where it is not, there is only the design of the house.
type Designs interface {
	// Design is a version, the one in use if version is 0. NotFound if there is no
	// such version; Version 0 and House where nothing was ever saved.
	Design(ctx context.Context, k DesignKey, version int) (Design, error)
	// Designs are all versions, the latest first.
	Designs(ctx context.Context, k DesignKey) ([]Design, error)
	// SaveDesign checks a design, also with the specimen on its artwork, and keeps
	// it as the version after d.Version. Conflict if somebody saved meanwhile.
	SaveDesign(ctx context.Context, by access.Actor, d Design, s Specimen) (Design, error)
	// RestoreDesign makes an earlier version the next.
	RestoreDesign(ctx context.Context, by access.Actor, k DesignKey, version int) (Design, error)
	// RenewDesign lets certificates printed before have the design in use.
	RenewDesign(ctx context.Context, by access.Actor, k DesignKey) (n int, err error)
	// KeepArtwork looks at a picture and keeps it. Faults on artwork.
	KeepArtwork(ctx context.Context, by access.Actor, edition, name string, content []byte) (hash string, err error)
	// Artwork is what is known of a picture. NotFound if it is not there.
	Artwork(ctx context.Context, edition, hash string) (Picture, error)
	// CheckDesign says what is wrong with a design that was not saved.
	CheckDesign(ctx context.Context, d Design, s Specimen) error
	// DrawDesign draws a design that was not saved: as "svg" or "pdf".
	DrawDesign(ctx context.Context, w io.Writer, d Design, s Specimen, form string) error
	// Medals are the medal certificates of a revision, and who gets none.
	Medals(ctx context.Context, o Order) ([]award.Certificate, fault.List, error)
	// MedalRun prints them as CertificateRun prints a finisher's. Bibs of the
	// order choose runners, none is everybody.
	MedalRun(ctx context.Context, by access.Actor, o Order, w io.Writer, progress func(done, total int)) (left fault.List, err error)
}

// designs is the keeper of designs. Fault Unavailable where there is none.
func (m *Room) designs() (Designs, error) {
	if d, ok := m.Papers.(Designs); ok {
		return d, nil
	}
	return nil, fault.New(fault.Unavailable, "office.no_designs", nil)
}
