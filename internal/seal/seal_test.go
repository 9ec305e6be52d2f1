package seal

import (
	"bytes"
	"crypto/rand"
	"testing"
)

func box(t *testing.T, b byte) *Box {
	t.Helper()
	x, err := New(bytes.Repeat([]byte{b}, KeyBytes), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestSeal_OpensOnlyWithItsKeyAtItsPlaceAndUndamaged(t *testing.T) {
	b := box(t, 1)
	k, wrapped, err := b.NewKey("order/1")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := k.Seal([]byte("Kim"), "order/1/private")
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Key(wrapped, "order/1")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(sealed, "order/1/private"); err != nil || string(plain) != "Kim" {
		t.Fatalf("%q, %v", plain, err)
	}
	if bytes.Contains(sealed, []byte("Kim")) {
		t.Error("the name can be read")
	}
	if _, err := again.Open(sealed, "order/2/private"); err == nil {
		t.Error("opened at another place")
	}
	if _, err := b.Key(wrapped, "order/2"); err == nil {
		t.Error("unwrapped for another order")
	}
	if _, err := box(t, 2).Key(wrapped, "order/1"); err == nil {
		t.Error("unwrapped by another office")
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := again.Open(broken, "order/1/private"); err == nil {
			t.Fatalf("byte %d was changed unseen", i)
		}
	}
}

func TestBlind_EqualForEqualAndApartByKindAndOffice(t *testing.T) {
	b := box(t, 1)
	if again := box(t, 1); b.Blind("email", "a@example.org") != again.Blind("email", "a@example.org") {
		t.Error("not found again")
	}
	if b.Blind("email", "a") == b.Blind("document", "a") || b.Blind("email", "a") == box(t, 2).Blind("email", "a") ||
		b.Blind("email", "a") == b.Blind("email", "b") {
		t.Error("two are the same")
	}
}
