package access

import (
	"bytes"
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"stadion/internal/fault"
)

var light = Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}

func TestCheckPassword_SaysWhatIsWrong(t *testing.T) {
	for password, code := range map[string]string{
		"":                             "access.password_short",
		"nine char":                    "access.password_short",
		"비밀번호입니다요":                     "access.password_short",
		strings.Repeat("long ", 200):   "access.password_long",
		"bad\xffbytes in it":           "access.password_long",
		"aaaaaaaaaaaa":                 "access.password_common",
		"121212121212":                 "access.password_common",
		"1234567890":                   "access.password_common",
		"0987654321":                   "access.password_common",
		"abcdefghijkl":                 "access.password_common",
		"Password2026":                 "access.password_common",
		"passwordpassword":             "access.password_common",
		"Marathon-2026!":               "access.password_common",
		"minsu-office":                 "access.password_name",
		"2026minsu!!!!":                "access.password_name",
		"Kim Min-su 1990":              "access.password_name",
		"four words by the river":      "",
		"Kim Min-su likes the 9 hills": "",
		"대동강변을따라달리는사람들":                "",
		"correct horse battery staple": "",
	} {
		err := CheckPassword(password, "minsu", "Kim Min-su")
		if fault.CodeOf(err) != code {
			t.Errorf("CheckPassword(%q) = %v, want %q", password, err, code)
		}
	}
}

func TestHash_IsAPHCStringThatVerifies(t *testing.T) {
	h := NewHasher(DefaultCost, rand.Reader)
	hash, err := h.Hash(t.Context(), "four words by the river")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Errorf("hash = %s", hash)
	}
	for password, want := range map[string]bool{"four words by the river": true, "four words by the rivers": false, "": false} {
		ok, weaker, err := h.Verify(t.Context(), password, hash)
		if ok != want || weaker || err != nil {
			t.Errorf("Verify(%q) = %v, %v, %v", password, ok, weaker, err)
		}
	}
}

// The hash is written out: hashes that stand in databases must stay readable
// whatever changes here.
func TestVerify_ReadsAHashMadeEarlier(t *testing.T) {
	const earlier = "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$spKRBuSnauGCz9X6wMlELyliI4HYDyREn/5H9pOsE5k"
	ok, weaker, err := NewHasher(light, rand.Reader).Verify(t.Context(), "four words by the river", earlier)
	if !ok || weaker || err != nil {
		t.Errorf("Verify = %v, %v, %v", ok, weaker, err)
	}
	made, err := NewHasher(light, bytes.NewReader(make([]byte, saltBytes))).Hash(t.Context(), "four words by the river")
	if err != nil || made != earlier {
		t.Errorf("the same salt gives %s, %v", made, err)
	}
}

func TestVerify_SameLettersHoweverTyped(t *testing.T) {
	h := NewHasher(light, rand.Reader)
	hash, err := h.Hash(t.Context(), "M\u00fcnchner Stra\u00dfenlauf \ud55c")
	if err != nil {
		t.Fatal(err)
	}
	ok, _, err := h.Verify(t.Context(), "Mu\u0308nchner Stra\u00dfenlauf \u1112\u1161\u11ab", hash)
	if !ok || err != nil {
		t.Errorf("decomposed letters: %v, %v", ok, err)
	}
}

func TestVerify_AsksForANewHashWhereTheOldIsWeaker(t *testing.T) {
	old, err := NewHasher(light, rand.Reader).Hash(t.Context(), "four words by the river")
	if err != nil {
		t.Fatal(err)
	}
	strong := NewHasher(Cost{MemoryKiB: 128, Passes: 2, Lanes: 1}, rand.Reader)
	if ok, weaker, err := strong.Verify(t.Context(), "four words by the river", old); !ok || !weaker || err != nil {
		t.Errorf("right password: %v, %v, %v", ok, weaker, err)
	}
	if ok, weaker, _ := strong.Verify(t.Context(), "a wrong one", old); ok || weaker {
		t.Error("a wrong password must never lead to a new hash")
	}
}

func TestVerify_UnreadableHashIsAFaultAndCostsNothing(t *testing.T) {
	h := NewHasher(light, rand.Reader)
	good, err := h.Hash(t.Context(), "four words by the river")
	if err != nil {
		t.Fatal(err)
	}
	part := strings.Split(good, "$")
	for _, bad := range []string{
		"", "x", "$argon2i$v=19$m=64,t=1,p=1$" + part[4] + "$" + part[5],
		"$argon2id$v=18$m=64,t=1,p=1$" + part[4] + "$" + part[5],
		"$argon2id$v=19$m=99999999,t=1,p=1$" + part[4] + "$" + part[5],
		"$argon2id$v=19$m=64,t=1$" + part[4] + "$" + part[5],
		"$argon2id$v=19$t=1,m=64,p=1$" + part[4] + "$" + part[5],
		"$argon2id$v=19$m=64,t=0,p=1$" + part[4] + "$" + part[5],
		"$argon2id$v=19$m=64,t=1,p=1,p=1$" + part[4] + "$" + part[5],
		"$argon2id$v=19$m=64,t=1,p=1$" + part[4] + "$AAAA",
		"$argon2id$v=19$m=64,t=1,p=1$!$" + part[5],
	} {
		if ok, _, err := h.Verify(t.Context(), "four words by the river", bad); ok || fault.CodeOf(err) != "access.hash_unreadable" {
			t.Errorf("Verify against %q = %v, %v", bad, ok, err)
		}
	}
}

func TestHasher_WaitingEndsWithTheContext(t *testing.T) {
	h := NewHasher(light, rand.Reader)
	h.slots <- struct{}{}
	h.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.VerifyNobody(ctx, "x"); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	<-h.slots
	if err := h.VerifyNobody(t.Context(), "x"); err != nil {
		t.Errorf("got %v", err)
	}
}

func FuzzParse_NeverPanicsAndWritesWhatItRead(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parse(s)
		if err != nil {
			return
		}
		q, err := parse(p.String())
		if err != nil || q.String() != p.String() {
			t.Errorf("%q reads as %q", s, p.String())
		}
	})
}
