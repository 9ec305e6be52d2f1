package bus

import (
	"stadion/internal/fault"
)

// token makes an id fit to be part of a subject and of a folder's name, on file
// systems that do not tell large letters from small ones too: lower-case
// letters, digits, "-" and "_" stay, every other byte becomes "=" and two hex
// digits. Different ids stay different.
func token(id string) (string, error) {
	const hex = "0123456789abcdef"
	b := make([]byte, 0, len(id))
	for _, c := range []byte(id) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
			b = append(b, c)
		default:
			b = append(b, '=', hex[c>>4], hex[c&15])
		}
	}
	if len(b) == 0 || len(b) > 200 {
		return "", fault.New(fault.Invalid, "logbook.name", fault.Args{"value": id})
	}
	return string(b), nil
}

// streamName and the subjects of an edition's logbook.
func streamName(edition string) string   { return "logbook_" + edition }
func subject(edition, box string) string { return "logbook." + edition + "." + box }
