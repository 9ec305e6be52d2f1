package site

import (
	"net/url"
	"strconv"
)

// Table is the state of a long table: its address, its order and its window.
// Every state of it has an address of its own.
type Table struct {
	URL   *url.URL // of the page, with every filter
	Sort  string   // the column in use, "" = the list's own order
	Desc  bool
	Page  int // from 1
	Size  int // rows a page
	Total int // rows of the whole list, filters applied
}

// Pages is how many pages there are, at least one.
func (t Table) Pages() int {
	if t.Total <= t.Size || t.Size == 0 {
		return 1
	}
	return (t.Total + t.Size - 1) / t.Size
}

// From is the number of the first row of the page, from 1; 0 without rows.
func (t Table) From() int {
	if t.Total == 0 {
		return 0
	}
	return (t.Page-1)*t.Size + 1
}

// To is the number of the last row of the page.
func (t Table) To() int { return min(t.Page*t.Size, t.Total) }

// With is the address with a query value set; "" removes it.
func (t Table) With(name, value string) string {
	q := t.URL.Query()
	if value == "" {
		q.Del(name)
	} else {
		q.Set(name, value)
	}
	return address(t.URL.Path, q)
}

func address(path string, q url.Values) string {
	q.Del("lang") // a choice that is kept already
	if e := q.Encode(); e != "" {
		return path + "?" + e
	}
	return path
}

// Turn is the address of page n, "" if there is none.
func (t Table) Turn(n int) string {
	if n < 1 || n > t.Pages() {
		return ""
	}
	if n == 1 {
		return t.With("page", "")
	}
	return t.With("page", strconv.Itoa(n))
}

// Next is the address of the page after this one, "" at the end.
func (t Table) Next() string { return t.Turn(t.Page + 1) }

// Previous is the address of the page before this one, "" at the start.
func (t Table) Previous() string { return t.Turn(t.Page - 1) }

// By is the address of the table ordered by a column: upwards first, downwards
// where it is so ordered already, from the first page.
func (t Table) By(column string) string {
	q := t.URL.Query()
	q.Del("page")
	q.Del("part")
	q.Set("sort", column)
	q.Del("dir")
	if t.Sort == column && !t.Desc {
		q.Set("dir", "desc")
	}
	return address(t.URL.Path, q)
}

// Plain is the address of the table in its own order, from the first page.
func (t Table) Plain() string {
	q := t.URL.Query()
	for _, k := range []string{"page", "part", "sort", "dir"} {
		q.Del(k)
	}
	return address(t.URL.Path, q)
}

// Order is the aria-sort of a column.
func (t Table) Order(column string) string {
	switch {
	case t.Sort != column:
		return "none"
	case t.Desc:
		return "descending"
	}
	return "ascending"
}
