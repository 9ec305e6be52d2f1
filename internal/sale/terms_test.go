package sale

import (
	"reflect"
	"testing"
)

func TestTerms_AnyFieldThatDiffersMakesThemDiffer(t *testing.T) {
	base := Terms{Text: Text{"en": "As sold."}, Scale: []Tier{{30, 50}}}
	if !base.Same(Terms{Text: Text{"en": "As sold."}, Scale: []Tier{{30, 50}}}) {
		t.Error("the same differ")
	}
	for i := range reflect.TypeFor[Terms]().NumField() {
		other := base
		f := reflect.ValueOf(&other).Elem().Field(i)
		switch f.Kind() {
		case reflect.String:
			f.SetString("other")
		case reflect.Int64:
			f.SetInt(1)
		case reflect.Map:
			f.Set(reflect.ValueOf(Text{"en": "As resold."}))
		case reflect.Slice:
			f.Set(reflect.ValueOf([]Tier{{30, 51}}))
		default:
			t.Fatalf("teach the test %s", f.Kind())
		}
		if base.Same(other) || other.Same(base) {
			t.Errorf("%s makes no difference", reflect.TypeFor[Terms]().Field(i).Name)
		}
	}
}
