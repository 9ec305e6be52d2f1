package race

import "strings"

// Scheme says whose list a country code is from. IOC and ISO codes differ for
// about a hundred countries, and BRN is Bahrain in one and Brunei in the
// other, so a code is never kept without its scheme.
type Scheme string

// The schemes.
const (
	IOC Scheme = "IOC"  // three letters, of the International Olympic Committee
	ISO Scheme = "ISO3" // three letters, ISO 3166-1 alpha-3
)

// Country is a code together with its scheme. The zero value is "unknown".
type Country struct {
	Scheme Scheme
	Code   string
}

// IOCCode makes a country of an IOC code, as start lists carry it.
func IOCCode(code string) Country {
	code = strings.ToUpper(strings.TrimSpace(code))
	if code == "" {
		return Country{}
	}
	return Country{IOC, code}
}

// MarshalText writes "IOC:BRN"; unknown is "".
func (c Country) MarshalText() ([]byte, error) {
	if c.Code == "" {
		return nil, nil
	}
	return []byte(string(c.Scheme) + ":" + c.Code), nil
}

// UnmarshalText reads what MarshalText wrote; a bare code is an IOC code.
func (c *Country) UnmarshalText(b []byte) error {
	scheme, code, ok := strings.Cut(string(b), ":")
	if !ok {
		*c = IOCCode(scheme)
		return nil
	}
	*c = Country{Scheme(scheme), code}
	return nil
}
