package store

import (
	"encoding/binary"
	"fmt"
)

// coder writes the fields of a page, or reads them: one function of each thing
// names its fields once, so that both go in the same order.
type coder struct {
	buf     []byte // what is written so far, or left to be read
	reading bool
	bad     bool // what is read is no page
}

// pageForm says which fields a page has. A page lives for seconds; one that
// another release left behind is of its form, or is refused.
const pageForm = 1

// encode appends the page to b.
func (p *page) encode(b []byte) []byte {
	c := &coder{buf: b}
	c.page(p)
	return c.buf
}

func decodePage(seq int64, b []byte) (*page, error) {
	c, p := &coder{buf: b, reading: true}, &page{seq: seq}
	c.page(p)
	if c.bad || len(c.buf) > 0 {
		return nil, damaged(fmt.Errorf("page %d of the day book cannot be read", seq))
	}
	return p, nil
}

func (c *coder) page(p *page) {
	form := pageForm
	number(c, &form)
	if form != pageForm {
		c.bad = true
	}
	number(c, &p.At)
	number(c, &p.Ends)
	each(c, &p.Orders, func(o *newOrder) {
		for _, s := range []*string{&o.ID, &o.Number, &o.State, &o.Partner, &o.Reference} {
			c.text(s)
		}
		number(c, &o.Made)
		number(c, &o.HardEnd)
		for _, n := range []*int{&o.Unpaid, &o.Tasks, &o.Owed, &o.Paying, &o.Version} {
			number(c, n)
		}
		each(c, &o.Blinds, c.text)
		c.bytes(&o.Units)
		c.bytes(&o.Body)
		c.bytes(&o.Private)
	})
	each(c, &p.Keys, func(k *keyRow) {
		c.text(&k.Key)
		c.text(&k.Body)
		c.text(&k.Order)
	})
	each(c, &p.Lines, func(l *lineRow) {
		number(c, &l.At)
		c.text(&l.Order)
		c.text(&l.Move)
		c.text(&l.By)
		c.bytes(&l.Units)
	})
	each(c, &p.Postings, func(x *postingRow) {
		number(c, &x.At)
		number(c, &x.Minor)
		for _, s := range []*string{&x.Entry, &x.Order, &x.Account, &x.Currency, &x.Text} {
			c.text(s)
		}
	})
	each(c, &p.Mails, func(m *mailForm) {
		for _, s := range []*string{&m.ID, &m.Template, &m.Lang, &m.Order} {
			c.text(s)
		}
		c.bytes(&m.Letter)
	})
	each(c, &p.Audits, func(a *auditRow) {
		for _, s := range []*string{&a.Actor, &a.Name, &a.Action, &a.Subject} {
			c.text(s)
		}
		c.bytes(&a.Detail)
	})
}

func number[T ~int | ~int64](c *coder, n *T) {
	if !c.reading {
		c.buf = binary.AppendVarint(c.buf, int64(*n))
		return
	}
	v, size := binary.Varint(c.buf)
	if size <= 0 {
		c.bad, c.buf = true, nil
		return
	}
	*n, c.buf = T(v), c.buf[size:]
}

// take reads a length and so many bytes, which stay those of the page.
func (c *coder) take() []byte {
	n := 0
	number(c, &n)
	if c.bad || n < 0 || n > len(c.buf) {
		c.bad, c.buf = true, nil
		return nil
	}
	b := c.buf[:n:n]
	c.buf = c.buf[n:]
	return b
}

func (c *coder) text(s *string) {
	if c.reading {
		*s = string(c.take())
		return
	}
	c.buf = append(binary.AppendVarint(c.buf, int64(len(*s))), *s...)
}

func (c *coder) bytes(b *[]byte) {
	if c.reading {
		*b = c.take()
		return
	}
	c.buf = append(binary.AppendVarint(c.buf, int64(len(*b))), *b...)
}

func each[T any](c *coder, list *[]T, one func(*T)) {
	n := len(*list)
	number(c, &n)
	if c.reading {
		if c.bad || n < 0 || n > len(c.buf) { // every one takes a byte at least
			c.bad, c.buf = true, nil
			return
		}
		*list = make([]T, n)
	}
	for i := range *list {
		one(&(*list)[i])
	}
}
