package race

// Sex is the sex a runner is entered with.
type Sex string

// The sexes of a start list.
const (
	Male   Sex = "M"
	Female Sex = "F"
	Mixed  Sex = "X"
)

// Class separates runners entered by federations from the open field.
type Class string

// The classes of a start list. An organiser may use others.
const (
	Elite Class = "elite"
	Open  Class = "open"
)

// Name keeps three names apart (docs/rules/names.md): as the runner writes it
// in any script, as in the travel document in Latin letters, and as in the
// machine-readable zone. Nothing is romanised or reordered.
type Name struct {
	Printed string `json:"printed"`          // as the runner writes it; wins everywhere it is set
	Family  string `json:"family,omitempty"` // as in the travel document; a single name stands here
	Given   string `json:"given,omitempty"`
	MRZ     string `json:"mrz,omitempty"`
}

// Show is the printed name, or else the split names, family name last.
func (n Name) Show() string {
	switch {
	case n.Printed != "":
		return n.Printed
	case n.Given == "":
		return n.Family
	case n.Family == "":
		return n.Given
	}
	return n.Given + " " + n.Family
}

// Person is who runs.
type Person struct {
	Name      Name    `json:"name"`
	Sex       Sex     `json:"sex"`
	BirthDate string  `json:"birth_date,omitempty"` // YYYY-MM-DD
	Age       int     `json:"age,omitempty"`        // on race day; 0 = unknown
	Country   Country `json:"country,omitempty"`
	Club      string  `json:"club,omitempty"`
	// Resident says whether the person lives where the race is held, "" = unknown.
	Resident Residency `json:"resident,omitempty"`
}

// Starter is one line of the start list: a person with a bib in a race.
type Starter struct {
	Bib    string   `json:"bib"`
	Chips  []string `json:"chips,omitempty"` // empty: the runner carries none
	Race   string   `json:"race"`
	Wave   string   `json:"wave,omitempty"`
	Class  Class    `json:"class,omitempty"`
	Person Person   `json:"person"`
	Team   string   `json:"team,omitempty"` // entered for a team's result
	// Partner is the agency or charity the entry was bought through: for the
	// office, never on a public page.
	Partner string `json:"partner,omitempty"`
}

// StartList is who runs which race, with bib and chip: the one value that
// passes door 1 from the desk wing to the race wing.
type StartList []Starter
