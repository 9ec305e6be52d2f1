package webtest

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// Check reads a page and lists what is wrong with it for those who listen to it,
// walk it by keyboard, or read it under the strict content policy: one h1, a
// language, a title, no id twice, every input labelled, every table header with
// a scope, every reference to an id kept, nothing inline.
func Check(page io.Reader) []string {
	root, err := html.Parse(page)
	if err != nil {
		return []string{err.Error()}
	}
	c := &checker{ids: map[string]int{}, labels: map[string]bool{}}
	c.collect(root)
	c.walk(root, false)
	if c.h1 != 1 {
		c.say("%d h1, want one", c.h1)
	}
	if !c.title {
		c.say("no title")
	}
	for id, n := range c.ids {
		if n > 1 {
			c.say("id %q stands %d times", id, n)
		}
	}
	return c.faults
}

type checker struct {
	faults []string
	ids    map[string]int
	labels map[string]bool // ids that a label names
	h1     int
	title  bool
}

func (c *checker) say(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

func (c *checker) collect(n *html.Node) {
	if n.Type == html.ElementNode {
		if id := attr(n, "id"); id != "" {
			c.ids[id]++
		}
		if n.Data == "label" {
			c.labels[attr(n, "for")] = true
		}
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.collect(k)
	}
}

func (c *checker) walk(n *html.Node, labelled bool) {
	if n.Type == html.ElementNode {
		c.element(n, labelled)
		labelled = labelled || n.Data == "label"
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.walk(k, labelled)
	}
}

func (c *checker) element(n *html.Node, labelled bool) {
	c.attributes(n)
	switch n.Data {
	case "html":
		if attr(n, "lang") == "" {
			c.say("html has no lang")
		}
	case "h1":
		c.h1++
	case "title":
		if n.Parent != nil && n.Parent.Data == "head" {
			c.title = text(n) != ""
		}
	case "style":
		c.say("inline style sheet")
	case "script":
		if attr(n, "src") == "" {
			c.say("inline script")
		}
	case "img":
		if !has(n, "alt") {
			c.say("img without alt: %s", attr(n, "src"))
		}
	case "svg":
		if attr(n, "aria-hidden") != "true" && attr(n, "role") != "img" {
			c.say("svg is neither hidden nor an image with a name")
		}
	case "th":
		if attr(n, "scope") == "" {
			c.say("th without scope: %s", text(n))
		}
	case "a", "button":
		if text(n) == "" && attr(n, "aria-label") == "" {
			c.say("%s without words: %s", n.Data, attr(n, "href"))
		}
	case "input", "select", "textarea":
		c.input(n, labelled)
	}
}

func (c *checker) input(n *html.Node, labelled bool) {
	if kind := attr(n, "type"); kind == "hidden" || kind == "submit" {
		return
	}
	if !labelled && !c.labels[attr(n, "id")] && attr(n, "aria-label") == "" && attr(n, "aria-labelledby") == "" {
		c.say("%s without a label: %s", n.Data, attr(n, "name"))
	}
}

func (c *checker) attributes(n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style":
			c.say("%s has an inline style", n.Data)
		case strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on"):
			c.say("%s has an inline script: %s", n.Data, a.Key)
		case a.Key == "aria-describedby", a.Key == "aria-labelledby", a.Key == "aria-controls", a.Key == "for", a.Key == "list":
			for _, id := range strings.Fields(a.Val) {
				if c.ids[id] == 0 {
					c.say("%s names id %q, which is not there", a.Key, id)
				}
			}
		case (a.Key == "href" || a.Key == "src") && strings.Contains(a.Val, "//"):
			c.say("%s leads elsewhere: %s", n.Data, a.Val)
		}
	}
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return strings.TrimSpace(n.Data)
	}
	var b strings.Builder
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		b.WriteString(text(k))
	}
	return b.String()
}
