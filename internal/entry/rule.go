package entry

// Rule says who can travel. It is published, versioned and dated, decided on
// the travel document and on declared further citizenships as configured, and
// told before anybody pays. A decision keeps the version it was made under.
type Rule struct {
	Version string `toml:"version" json:"version"`
	Date    string `toml:"date" json:"date"` // YYYY-MM-DD: since when
	Barred  []Bar  `toml:"barred" json:"barred,omitempty"`
	// Others says whether further citizenships count as well as the document's.
	Others bool `toml:"others" json:"others,omitempty"`
	// MinAge is the least age on race day by race; "" holds for all others.
	MinAge map[string]int `toml:"min_age" json:"min_age,omitempty"`
	// Adult is the age from which nobody needs a guardian; default 18.
	Adult int `toml:"adult" json:"adult,omitempty"`
	// LeapDay is when somebody born on 29 February has a birthday in other years:
	// "03-01", the default, or "02-28".
	LeapDay string `toml:"leap_day" json:"leap_day,omitempty"`
}

// Bar is a citizenship that cannot travel, and why.
type Bar struct {
	Country string            `toml:"country" json:"country"` // ISO 3166 alpha-3
	Reason  map[string]string `toml:"reason" json:"reason"`   // by language
	Source  string            `toml:"source" json:"source,omitempty"`
}
