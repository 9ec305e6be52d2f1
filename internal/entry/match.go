package entry

import "slices"

// Likeness says how alike two persons are.
type Likeness string

// The likenesses.
const (
	Other Likeness = ""
	Maybe Likeness = "maybe" // a person at the desk decides; nobody is refused for it
	Same  Likeness = "same"  // one and the same travel document
)

// Like compares two persons. The document decides where both have one: equal is
// the same person, different is another (a second passport is declared, and
// found by the rest). Before that, two of folded name, birth date and e-mail
// that agree make a maybe: twins share two of them, so do a father and his son
// of the same name, so do families with one e-mail (case 11).
func Like(a, b *Person) Likeness {
	x, y := FoldDocument(a.Document.Issuer, a.Document.Number), FoldDocument(b.Document.Issuer, b.Document.Number)
	if x != "" && x == y {
		return Same
	}
	for _, k := range soft(a) {
		if slices.Contains(soft(b), k) {
			return Maybe
		}
	}
	return Other
}

// soft are what a person may be found by when the document is not known.
func soft(p *Person) []string {
	var out []string
	name, mail := FoldName(p.Name.Printed), FoldEmail(p.Email)
	names := []string{name}
	if n := FoldName(p.Name.Family + " " + p.Name.Given); n != "" && n != name {
		names = append(names, n)
	}
	for _, n := range names {
		if n != "" && p.Birth != "" {
			out = append(out, "name|birth|"+n+"|"+p.Birth)
		}
		if n != "" && mail != "" {
			out = append(out, "name|email|"+n+"|"+mail)
		}
	}
	if p.Birth != "" && mail != "" {
		out = append(out, "birth|email|"+p.Birth+"|"+mail)
	}
	return out
}

// Blinds are the blind indexes by which an order is found again: the payer's
// e-mail, the persons' documents, and what persons may be alike by. blind is the
// box's (kind, folded value). The same list, sorted, for the same data.
func Blinds(blind func(kind, value string) string, email string, persons []Person) []string {
	var out []string
	if e := FoldEmail(email); e != "" {
		out = append(out, blind("email", e))
	}
	for i := range persons {
		p := &persons[i]
		for _, d := range append([]Document{p.Document}, p.Earlier...) {
			if f := FoldDocument(d.Issuer, d.Number); f != "" {
				out = append(out, blind("document", f))
			}
		}
		for _, k := range soft(p) {
			out = append(out, blind("person", k))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Renew takes a person's data as they are now typed and keeps what the older
// record knows. When the host was told of the old document (told) and another
// one stands now, the old one stays for the amendment (case 35).
func Renew(was, now Person, told bool) Person {
	now.ID, now.Earlier = was.ID, slices.Clone(was.Earlier)
	if told && was.Document.Number != "" && !sameDocument(was.Document, now.Document) {
		now.Earlier = append(now.Earlier, was.Document)
	}
	return now
}

// Amended is the line for the host when a document was replaced: the number it
// knows and the one that holds now. ok is false if there is nothing to amend.
func Amended(p *Person) (was, now Document, ok bool) {
	if len(p.Earlier) == 0 || sameDocument(p.Earlier[len(p.Earlier)-1], p.Document) {
		return Document{}, Document{}, false
	}
	return p.Earlier[len(p.Earlier)-1], p.Document, true
}

func sameDocument(a, b Document) bool {
	return FoldDocument(a.Issuer, a.Number) == FoldDocument(b.Issuer, b.Number)
}

// Affects reports whether a change of a person's data touches what the rule or
// the host decided on: citizenships, document, birth, the document's name
// (cases 31, 35).
func Affects(was, now *Person) bool {
	return State(was.Country) != State(now.Country) || !sameDocument(was.Document, now.Document) ||
		was.Document.Expires != now.Document.Expires || was.Birth != now.Birth || was.Sex != now.Sex ||
		was.Name.Family != now.Name.Family || was.Name.Given != now.Name.Given || !slices.Equal(states(was.Other), states(now.Other))
}

func states(codes []string) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = State(c)
	}
	slices.Sort(out)
	return out
}
