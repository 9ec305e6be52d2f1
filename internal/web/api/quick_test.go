package api

import (
	"reflect"
	"testing"
)

var bodies = []string{
	`{"items":[{"product":"package","quantity":1}],"email":"a@b.example"}`,
	` { "email" : "a@b.example" , "items" : [ { "quantity" : 12 , "product" : "p" } , {} ] , "name":"A", "lang":"de","currency":"EUR","voucher":"V" } ` + "\n",
	`{}`, `{"items":[]}`, `{"items":[{}]}`, `{"items":null}`, `null`, ``, `[]`, `{"items":[{"quantity":01}]}`, `{"items":[{"quantity":-0}]}`,
	`{"items":[{"quantity":1.0}]}`, `{"items":[{"quantity":1e1}]}`, `{"items":[{"quantity":1234567890123}]}`, `{"items":[{"quantity":1`,
	`{"email":"\u0041"}`, `{"email":"é"}`, "{\"email\":\"\xff\"}", `{"Email":"x"}`, `{"email":"x","email":"y"}`, `{"email":1}`, `{"bank":true}`,
	`{"items":[{"product":"p","price":1}]}`, `{"email":"x"}{}`, `{"email":"x",}`, `{"items":[{"product":"p"},]}`, "{\"email\":\"a\tb\"}", "\ufeff{}",
}

func TestQuick_TakesWhatMostSend(t *testing.T) {
	for _, s := range bodies[:5] {
		var b body
		if !quick([]byte(s), &b) {
			t.Errorf("%s is left to the slow way", s)
		}
	}
}

// What the quick way takes, the strict way takes, and the same comes of it.
func FuzzQuick_SaysWhatDecodeSays(f *testing.F) {
	for _, s := range bodies {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var a, b body
		if !quick(raw, &a) {
			return
		}
		if err := decode(raw, &b); err != nil {
			t.Fatalf("taken: %q, which is refused: %v", raw, err)
		}
		if len(a.Items) == 0 && len(b.Items) == 0 {
			a.Items, b.Items = nil, nil
		}
		if !reflect.DeepEqual(a, b) || a.digest() != b.digest() {
			t.Fatalf("%q is %+v and %+v", raw, a, b)
		}
	})
}
