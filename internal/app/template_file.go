package app

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/pdf"
)

// templateFile is an organiser's design as a file: the fields of award.Template
// and the name of its artwork, beside the file.
type templateFile struct {
	award.Template
	Artwork string `toml:"artwork"`
}

// readLook reads a design and its artwork; artwork, if not "", is used instead of
// the one that the design names. What the file leaves out is as in a new design
// of the kind. Faults name file and line: app.template_toml, and those of
// award.Template.Validate and award.ReadArtwork.
func readLook(path, artwork string, kind award.Kind, tag lang.Tag) (*pdf.Look, error) {
	if path == "" && artwork == "" {
		return nil, nil
	}
	f := templateFile{Template: award.NewTemplate(kind, tag)}
	if path != "" {
		text, err := readAll(path)
		if err != nil {
			return nil, err
		}
		if err := decodeTemplate(path, text, &f); err != nil {
			return nil, err
		}
	}
	t := f.Template.Complete()
	if t.Paper != "" {
		paper, err := pdf.ParsePaper(t.Paper)
		if err != nil {
			return nil, err
		}
		t.Paper = string(paper)
	}
	if err := t.Validate(kind); err != nil {
		return nil, inFile(path, err)
	}
	look := &pdf.Look{Template: &t}
	if artwork == "" && f.Artwork != "" {
		if artwork = f.Artwork; !filepath.IsAbs(artwork) {
			artwork = filepath.Join(filepath.Dir(path), artwork)
		}
	}
	if artwork == "" {
		return look, nil
	}
	content, err := readAll(artwork)
	if err != nil {
		return nil, err
	}
	art, err := award.ReadArtwork(artwork, content)
	if err != nil {
		return nil, err
	}
	look.Picture = pdf.NewPicture(art)
	return look, nil
}

func readAll(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "app.file_open", err, fault.Args{"file": path, "why": reasonOf(err)})
	}
	return b, nil
}

// decodeTemplate reads a design strictly: a key nobody knows is a mistake.
func decodeTemplate(path string, text []byte, f *templateFile) error {
	f.Show, f.Lines = keepUnset(text, "show", f.Show), keepUnset(text, "lines", f.Lines)
	d := toml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF"))))
	d.DisallowUnknownFields()
	err := d.Decode(f)
	var strict *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		line, column := strict.Errors[0].Position()
		return fault.Wrap(fault.Invalid, "app.template_key", err, fault.Args{"file": path, "line": strconv.Itoa(line),
			"column": strconv.Itoa(column), "value": strings.Join(strict.Errors[0].Key(), ".")})
	case errors.As(err, &bad):
		line, column := bad.Position()
		return fault.Wrap(fault.Invalid, "app.template_toml", err, fault.Args{"file": path, "line": strconv.Itoa(line),
			"column": strconv.Itoa(column), "why": strings.TrimPrefix(bad.Error(), "toml: ")})
	}
	return fault.Wrap(fault.Invalid, "app.template_toml", err, fault.Args{"file": path, "line": "1", "column": "1",
		"why": strings.TrimPrefix(err.Error(), "toml: ")})
}

// keepUnset empties a list that the file has, so that it replaces and does not
// add.
func keepUnset[T any](text []byte, key string, list []T) []T {
	var has map[string]any
	if toml.Unmarshal(text, &has) == nil {
		if _, ok := has[key]; ok {
			return nil
		}
	}
	return list
}

// inFile says of every fault which file it is about.
func inFile(path string, err error) error {
	var list fault.List
	if !errors.As(err, &list) {
		return err
	}
	out := make(fault.List, len(list))
	for i, f := range list {
		out[i] = fault.Wrap(fault.Invalid, "app.template_wrong", f, fault.Args{"file": path, "field": f.Field, "what": f})
	}
	return out
}
