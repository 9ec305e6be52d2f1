package api

import "stadion/internal/money"

// quick reads the body that nearly every caller sends, in one pass and without
// reflection. It knows a part of JSON only: no escapes, no letters beyond ASCII
// in texts, whole numbers of up to nine digits, every field once, in its own
// spelling. ok is false for everything else, good or bad: then decode decides,
// which is the rule. What quick takes, decode takes with the same result; a fuzz
// test holds the two together.
func quick(raw []byte, into *body) (ok bool) {
	q := quicker{s: raw}
	var seen uint
	ok = q.object(func(name string) bool {
		field := uint(0)
		switch name {
		case "items":
			field, ok = 1, q.items(into)
		case "email":
			field, ok = 2, q.text(&into.Email)
		case "name":
			field, ok = 4, q.text(&into.Name)
		case "currency":
			var s string
			field, ok = 8, q.text(&s)
			into.Currency = money.Currency(s)
		case "voucher":
			field, ok = 16, q.text(&into.Voucher)
		case "lang":
			field, ok = 32, q.text(&into.Lang)
		default:
			return false
		}
		again := seen&field != 0
		seen |= field
		return ok && !again
	})
	q.blank()
	return ok && q.i == len(q.s)
}

type quicker struct {
	s []byte
	i int
}

func (q *quicker) blank() {
	for q.i < len(q.s) {
		switch q.s[q.i] {
		case ' ', '\t', '\n', '\r':
			q.i++
		default:
			return
		}
	}
}

// is takes a mark, with the blanks before it.
func (q *quicker) is(c byte) bool {
	q.blank()
	if q.i < len(q.s) && q.s[q.i] == c {
		q.i++
		return true
	}
	return false
}

// list reads what stands between two marks, separated by commas.
func (q *quicker) list(from, to byte, each func() bool) bool {
	if !q.is(from) {
		return false
	}
	if q.is(to) {
		return true
	}
	for {
		if !each() {
			return false
		}
		if q.is(to) {
			return true
		}
		if !q.is(',') {
			return false
		}
	}
}

func (q *quicker) object(field func(name string) bool) bool {
	return q.list('{', '}', func() bool {
		name, ok := q.quoted()
		return ok && q.is(':') && field(string(name))
	})
}

func (q *quicker) items(into *body) bool {
	into.Items = make([]item, 0, 2)
	return q.list('[', ']', func() bool {
		var it item
		product, quantity := false, false
		ok := q.object(func(name string) bool {
			switch {
			case name == "product" && !product:
				product = true
				return q.text(&it.Product)
			case name == "quantity" && !quantity:
				quantity = true
				return q.number(&it.Quantity)
			}
			return false
		})
		into.Items = append(into.Items, it)
		return ok
	})
}

func (q *quicker) text(into *string) bool {
	b, ok := q.quoted()
	*into = string(b)
	return ok
}

func (q *quicker) quoted() ([]byte, bool) {
	if !q.is('"') {
		return nil, false
	}
	from := q.i
	for ; q.i < len(q.s); q.i++ {
		switch c := q.s[q.i]; {
		case c == '"':
			q.i++
			return q.s[from : q.i-1], true
		case c < ' ' || c > '~' || c == '\\':
			return nil, false
		}
	}
	return nil, false
}

func (q *quicker) number(into *int) bool {
	q.blank()
	from, n := q.i, 0
	for q.i < len(q.s) && q.s[q.i] >= '0' && q.s[q.i] <= '9' {
		n = n*10 + int(q.s[q.i]-'0')
		if q.i++; q.i-from > 9 {
			return false
		}
	}
	if digits := q.i - from; digits == 0 || digits > 1 && q.s[from] == '0' {
		return false
	}
	*into = n
	return q.i < len(q.s) && q.s[q.i] != '.' && q.s[q.i] != 'e' && q.s[q.i] != 'E'
}
