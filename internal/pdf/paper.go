package pdf

import (
	"strings"

	"stadion/internal/fault"
)

// Paper is the size of a sheet.
type Paper string

// The papers.
const (
	A4     Paper = "A4"
	Letter Paper = "Letter"
)

// ParsePaper reads a paper's name in any case; "" is A4. Fault: pdf.paper.
func ParsePaper(name string) (Paper, error) {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "", "a4":
		return A4, nil
	case "letter":
		return Letter, nil
	}
	return "", fault.New(fault.Invalid, "pdf.paper", fault.Args{"paper": name}).On("paper")
}

func (p Paper) size() (size, error) {
	switch p {
	case A4:
		return size{595.28, 841.89}, nil
	case Letter:
		return size{612, 792}, nil
	}
	_, err := ParsePaper(string(p))
	if err == nil { // "" and other spellings of the known ones
		known, _ := ParsePaper(string(p))
		return known.size()
	}
	return size{}, err
}
