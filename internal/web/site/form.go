package site

import (
	"errors"
	"net/http"
	"net/url"

	"stadion/internal/fault"
)

// Form is what a reader sent, and what is wrong with it. Everything they wrote
// stays in it, so that a page with errors loses nothing.
type Form struct {
	url.Values
	faults map[string][]error
	other  []error
}

// NewForm is a form to be shown for the first time, filled with values.
func NewForm(values url.Values) *Form {
	if values == nil {
		values = url.Values{}
	}
	return &Form{Values: values, faults: map[string][]error{}}
}

// Form reads the posted form. A body larger than the route takes is a fault.
func (c *Call) Form() (*Form, error) {
	if err := c.R.ParseForm(); err != nil {
		return nil, bodyFault(err)
	}
	return NewForm(c.R.PostForm), nil
}

// bodyFault tells a body that is too large from one that is malformed.
func bodyFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.Wrap(fault.Invalid, "web.body_too_large", err, fault.Args{"limit": int(large.Limit >> 10)})
	}
	return fault.Wrap(fault.Invalid, "web.body_malformed", err, nil)
}

// Add takes an error apart: faults with a field go beside that field, the rest
// above the form. What is no fault is given back, to be returned by the handler.
func (f *Form) Add(err error) error {
	var list fault.List
	var one *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &list):
		for _, e := range list {
			f.put(e)
		}
	case errors.As(err, &one) && one.Kind != fault.Internal:
		f.put(one)
	default:
		return err
	}
	return nil
}

func (f *Form) put(e *fault.Error) {
	if e.Field == "" {
		f.other = append(f.other, e)
		return
	}
	f.faults[e.Field] = append(f.faults[e.Field], e)
}

// OK reports whether nothing is wrong.
func (f *Form) OK() bool { return len(f.faults) == 0 && len(f.other) == 0 }

// Faults are those of a field.
func (f *Form) Faults(field string) []error { return f.faults[field] }

// Other are the faults that belong to no field.
func (f *Form) Other() []error { return f.other }

// Status is 200 for a clean form and 422 for one with faults.
func (f *Form) Status() int {
	if f.OK() {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// Field is one labelled input of a form, for the template "field".
type Field struct {
	Form           *Form
	Name, Label    string // Label is a sentence's key
	Type           string // of the input: text, email, password, search, file, ...
	Hint           string // a sentence's key, shown below the label
	Example        string // shown inside
	Complete       string // autocomplete token
	Required       bool
	Multiline      bool
	Options        []Option // makes it a choice
	ErrorID, Value string
}

// Option is one choice of a field.
type Option struct{ Value, Text string }

// field makes a Field of a form, a name, a label key and pairs of settings.
func field(f *Form, name, label string, pairs ...any) (Field, error) {
	d := Field{Form: f, Name: name, Label: label, Type: "text", ErrorID: name + "-fault", Value: f.Get(name)}
	for i := 0; i+1 < len(pairs); i += 2 {
		v := pairs[i+1]
		text, _ := v.(string)
		switch pairs[i] {
		case "type":
			d.Type = text
		case "hint":
			d.Hint = text
		case "example":
			d.Example = text
		case "complete":
			d.Complete = text
		case "required":
			d.Required, _ = v.(bool)
		case "multiline":
			d.Multiline, _ = v.(bool)
		case "options":
			d.Options, _ = v.([]Option)
		default:
			return d, errors.New("field: unknown setting")
		}
	}
	if d.Type == "password" || d.Type == "file" {
		d.Value = "" // is never sent back
	}
	return d, nil
}
