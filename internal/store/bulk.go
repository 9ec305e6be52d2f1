package store

import (
	"strconv"
	"strings"
	"sync"
)

// A batch of a sale writes hundreds of rows and asks for hundreds of keys. They
// go in statements of many rows, whose number is a power of two: few different
// texts, which both engines keep prepared.
const (
	bulkPostgres = 256 // rows of a statement: few round trips
	bulkSQLite   = 32  // beyond that its parser eats what is saved
)

func (v *View) bulk() int {
	if v.db.engine == Postgres {
		return bulkPostgres
	}
	return bulkSQLite
}

// bulkText are texts of statements by what they are made of.
var bulkText sync.Map

type bulkKey struct {
	engine    Engine
	statement string
	rows      int
}

// textOf builds a statement once. SQLite looks a $1 up by its name, one after
// the other: there the marks of many rows are plain.
func (v *View) textOf(statement string, rows int, build func(mark func(int) string) string) string {
	k := bulkKey{v.db.engine, statement, rows}
	if s, ok := bulkText.Load(k); ok {
		return s.(string)
	}
	mark := func(i int) string { return "$" + strconv.Itoa(i) }
	if v.db.engine == SQLite {
		mark = func(int) string { return "?" }
	}
	s := build(mark)
	bulkText.Store(k, s)
	return s
}

// insertRows runs INSERT statements over rows of width arguments each, which
// stand one after the other in args. into ends before VALUES, conflict is what
// follows them.
func (tx *Tx) insertRows(into, conflict string, width int, args []any) error {
	for len(args) > 0 {
		rows := powerOfTwo(min(len(args)/width, tx.bulk()))
		text := tx.textOf(into, rows, func(mark func(int) string) string { return into + " VALUES " + rowsOf(rows, width, mark) + conflict })
		if _, err := tx.Exec(text, args[:rows*width]...); err != nil {
			return err
		}
		args = args[rows*width:]
	}
	return nil
}

// rowsOf is ($1, $2), ($3, $4).
func rowsOf(rows, width int, mark func(int) string) string {
	var b strings.Builder
	for i := range rows * width {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString(mark(i + 1))
	}
	b.WriteString(")")
	return b.String()
}

// powerOfTwo is the greatest that is not more than n.
func powerOfTwo(n int) int {
	p := 1
	for p*2 <= n {
		p *= 2
	}
	return p
}

// listed is where eachOf puts the list.
const listed = "IN (…)"

// eachOf runs a query with "IN (…)" for every part of the ids that fits in a
// statement, and calls row for every row of the answers. The marks of the ids
// come after those of args.
func eachOf[T any](v *View, ids []T, row func(scan func(dest ...any) error) error, query string, args ...any) error {
	for len(ids) > 0 {
		n := min(len(ids), v.bulk())
		size := powerOfTwo(n)
		if size < n {
			size *= 2
		}
		text := v.textOf(query, size, func(mark func(int) string) string {
			marks := make([]string, size)
			for i := range marks {
				marks[i] = mark(len(args) + i + 1)
			}
			return strings.Replace(query, listed, "IN ("+strings.Join(marks, ", ")+")", 1)
		})
		all := make([]any, 0, len(args)+size)
		all = append(all, args...)
		for i := range size {
			all = append(all, ids[min(i, n-1)]) // the last again and again, to fill up
		}
		if err := v.Each(row, text, all...); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}
