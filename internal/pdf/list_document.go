package pdf

import (
	"fmt"
	"strings"
)

// pageWithTail writes a page with its drawing and gives the number of a second
// drawing on it, which is written later: a foot that names the number of pages.
func (d *document) pageWithTail(box size, content []byte) (int, error) {
	body, foot, page := d.reserve(), d.reserve(), d.reserve()
	d.stream(body, "", content)
	d.object(page, fmt.Sprintf("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Resources %d 0 R /Contents [%d 0 R %d 0 R] >>",
		objPages, num(box.w), num(box.h), objResources, body, foot))
	d.pages = append(d.pages, page)
	return foot, d.err
}

// A bookmark leads a reader of the file to a page.
type bookmark struct {
	title string
	page  int // of d.pages
	level int // 0, or 1: under the last of level 0
}

// bookmark marks the page that is being drawn.
func (d *document) bookmark(title string, level int) {
	d.marks = append(d.marks, bookmark{title, len(d.pages), level})
}

// outline writes the bookmarks and gives the catalogue's entry for them.
func (d *document) outline() string {
	if len(d.marks) == 0 {
		return ""
	}
	root := d.reserve()
	numbers := make([]int, len(d.marks))
	for i := range d.marks {
		numbers[i] = d.reserve()
	}
	top := d.kin(0, 0, numbers)
	for i, m := range d.marks {
		parent, siblings := root, top
		if m.level > 0 {
			above := i
			for above > 0 && d.marks[above].level > 0 {
				above--
			}
			parent, siblings = numbers[above], d.kin(above+1, 1, numbers)
		}
		entry := fmt.Sprintf("<< /Title <FEFF%s> /Parent %d 0 R /Dest [%d 0 R /Fit]", utf16hex(m.title), parent, d.pages[min(m.page, len(d.pages)-1)])
		for k, n := range siblings {
			if n != numbers[i] {
				continue
			}
			if k > 0 {
				entry += fmt.Sprintf(" /Prev %d 0 R", siblings[k-1])
			}
			if k+1 < len(siblings) {
				entry += fmt.Sprintf(" /Next %d 0 R", siblings[k+1])
			}
		}
		if m.level == 0 {
			entry += family(d.kin(i+1, 1, numbers), -1)
		}
		d.object(numbers[i], entry+" >>")
	}
	d.object(root, "<< /Type /Outlines"+family(top, 1)+" >>")
	return fmt.Sprintf("/Outlines %d 0 R /PageMode /UseOutlines ", root)
}

// kin are the bookmarks of a level from i on: all of the highest, or those up to
// the next higher one.
func (d *document) kin(i, level int, numbers []int) []int {
	var out []int
	for ; i < len(d.marks); i++ {
		switch {
		case d.marks[i].level == level:
			out = append(out, numbers[i])
		case d.marks[i].level < level:
			return out
		}
	}
	return out
}

// family names the first and the last of an entry's children; sign -1 says that
// they are folded.
func family(children []int, sign int) string {
	if len(children) == 0 {
		return ""
	}
	return strings.Join([]string{"", "/First", fmt.Sprint(children[0]), "0 R /Last", fmt.Sprint(children[len(children)-1]),
		"0 R /Count", fmt.Sprint(sign * len(children))}, " ")
}
