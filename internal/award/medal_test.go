package award

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// finishers is a field by place: "F1" is a woman with the first place of women.
func finishers(t *testing.T, words ...string) []results.Row {
	t.Helper()
	var rows []results.Row
	for i, w := range words {
		var sex string
		var place int
		if _, err := fmt.Sscanf(w, "%1s%d", &sex, &place); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, results.Row{Race: "marathon", Status: scoring.Finished, Bib: fmt.Sprint(i + 1), PrintedName: "Runner " + w,
			Sex: race.Sex(sex), Place: results.Place(i + 1), PlaceSex: results.Place(place), Category: "W35", PlaceCategory: results.Place(i + 1),
			GunTime: fmt.Sprintf("2:10:%02d", i), NetTime: fmt.Sprintf("2:09:%02d", 59-i), GunMs: results.Ms(7800000 + 1000*i), NetMs: results.Ms(7799000 - 1000*i)})
	}
	return rows
}

func medalsOf(t *testing.T, e *race.Edition, state results.State, rows []results.Row) string {
	t.Helper()
	i, err := NewIssuer(e, results.Revision{Edition: e.ID, Race: "marathon", Number: 3, State: state, Basis: race.Gun, Rows: rows},
		Options{Lang: lang.English, Key: key, Base: "https://run.example/verify/"})
	if err != nil {
		t.Fatal(err)
	}
	all, refused := i.Medals()
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	var out []string
	for _, c := range all {
		if c.Provisional != (state != results.Official) || c.Code != i.Code(c.Bib) {
			t.Errorf("bib %s: provisional %v, code %s", c.Bib, c.Provisional, c.Code)
		}
		out = append(out, fmt.Sprintf("%s %d %s: %s", c.Medal.Of, c.Medal.Place, c.Bib, c.Medal.Words))
	}
	return strings.Join(out, "; ")
}

func TestMedals_TheFirstThreeOfEachSexWithoutRulesOfPrizes(t *testing.T) {
	got := medalsOf(t, edition(), results.Provisional, finishers(t, "M1", "M2", "F1", "M3", "M4", "F2"))
	want := "Men 1 1: First place; Men 2 2: Second place; Men 3 4: Third place; Women 1 3: First place; Women 2 6: Second place"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestMedals_EqualPlacesShareAndTheNextIsSkipped(t *testing.T) {
	got := medalsOf(t, edition(), results.Official, finishers(t, "F1", "F1", "F3", "F3", "F5"))
	want := "Women 1 1: Shared first place; Women 1 2: Shared first place; Women 3 3: Shared third place; Women 3 4: Shared third place"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// Rules with prizes decide: a list by age group leaves out who has a prize among
// women, and passes the place on; a team list gives no medals.
func TestMedals_FollowTheRulesOfLists(t *testing.T) {
	e := edition()
	e.Lists = []race.List{{ID: "women", Of: race.OfSex, Only: "F", Prizes: 1}, {ID: "men", Of: race.OfSex, Only: "M", Prizes: 1},
		{ID: "age", Of: race.OfCategory, Only: "W35", Prizes: 5, Exclude: []string{"women", "men"}}, {ID: "teams", Of: race.OfTeam, Prizes: 3},
		{ID: "all"}}
	got := medalsOf(t, e, results.Official, finishers(t, "F1", "F2", "F3", "M1", "F4", "F5"))
	want := "Women 1 1: First place; Men 1 4: First place; Women 35–39 1 2: First place; Women 35–39 2 3: Second place; Women 35–39 3 5: Third place"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	e.Lists = []race.List{{ID: "elite", Of: race.OfSex, Class: race.Elite, Prizes: 3}}
	if got := medalsOf(t, e, results.Official, finishers(t, "F1")); got != "Women 1 1: First place" {
		t.Errorf("a list of one class leaves the others without medals: %s", got)
	}
}

// A list by net time puts its own time first.
func TestMedals_TheTimeIsThatOfTheList(t *testing.T) {
	e := edition()
	e.Lists = []race.List{{ID: "net", Of: race.OfSex, Only: "F", Prizes: 3, Basis: race.Net}, {ID: "men", Of: race.OfSex, Only: "M", Prizes: 3}}
	i, err := NewIssuer(e, results.Revision{Edition: e.ID, Race: "marathon", Number: 1, State: results.Official, Basis: race.Gun, Rows: finishers(t, "F1", "F2")},
		Options{Lang: lang.English, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	all, _ := i.Medals()
	if len(all) != 2 || all[0].Bib != "2" || all[0].Time != (Time{race.Net, "2:09:58"}) || all[0].Other == nil || all[0].Other.Clock != "2:10:01" {
		t.Errorf("%+v", all)
	}
}

func TestTemplate_EverythingWrongIsSaidAtOnce(t *testing.T) {
	good := NewTemplate(ForFinisher, lang.Korean)
	if err := good.Validate(ForFinisher); err != nil {
		t.Error(err)
	}
	medal := NewTemplate(ForMedal, lang.German)
	if err := medal.Validate(ForMedal); err != nil {
		t.Error(err)
	}
	if err := medal.Validate(ForFinisher); fault.CodeOf(first(err)) != "award.template_value" {
		t.Errorf("{medal} on a finisher's: %v", err)
	}
	bad := Template{Title: strings.Repeat("x", MaxTitle+1), Lines: []string{"{tiem} and {name}", "{time", "a\u0007b", "time}"}, Ink: "#ffee99", Accent: "red",
		Align: "up", Height: "deep", Paper: "A5", Show: []Show{"logo"}, Veil: 101}.Complete()
	var list fault.List
	if err := bad.Validate(ForFinisher); !errors.As(err, &list) {
		t.Fatal(err)
	}
	var codes []string
	for _, f := range list {
		codes = append(codes, strings.TrimPrefix(f.Code, "award.template_"))
		for _, tag := range lang.Tags {
			if s := lang.For(tag).Fault(f); strings.Contains(s, "award.") || f.Code != "award.template_value" && strings.Contains(s, "{line}") {
				t.Errorf("%s: %s", tag, s)
			}
		}
	}
	if got, want := strings.Join(codes, " "), "long value brace character brace word word word word contrast colour veil"; got != want {
		t.Errorf("faults %s, want %s", got, want)
	}
}

func first(err error) error {
	var list fault.List
	if errors.As(err, &list) && len(list) > 0 {
		return list[0]
	}
	return err
}

func TestFill_ASentenceWithAnEmptyValueIsLeftOut(t *testing.T) {
	c, err := issue(t, lang.English, finisher()).Certificate(finisher())
	if err != nil {
		t.Fatal(err)
	}
	for sentence, want := range map[string]string{
		"{name} ran {distance} in {time}": "김은향 ran 42.195 km in 2:31:08", "{net} net, place {place_sex} of {sex}": "2:31:06 net, place 1 of Women",
		"for {club}": "", "{medal}": "", "no values": "no values", "{ event }, {where}": "",
	} {
		text, whole := c.Fill(sentence)
		if whole != (want != "") || whole && text != want {
			t.Errorf("%q = %q, %v; want %q", sentence, text, whole, want)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("{name} {", "#14181c", 3)
	f.Fuzz(func(t *testing.T, text, ink string, veil int) {
		tpl := Template{Title: text, Lines: []string{text}, Ink: ink, Veil: veil}.Complete()
		if tpl.Validate(ForMedal) != nil {
			return
		}
		c := Certificate{Name: "A"}
		c.Fill(tpl.Title)
		b, err := json.Marshal(tpl)
		var back Template
		if err != nil || json.Unmarshal(b, &back) != nil || fmt.Sprint(back.Complete()) != fmt.Sprint(tpl) {
			t.Errorf("%+v comes back as %+v (%v)", tpl, back, err)
		}
	})
}

func picture(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArtwork_WhatCannotBeDrawnIsRefusedWithItsReason(t *testing.T) {
	good := picture(t, 500, 700)
	if a, err := ReadArtwork("a.jpg", good); err != nil || a.Format != PNG || a.Width != 500 || !a.Opaque() { // told by content
		t.Errorf("%+v %v", a, err)
	}
	for name, c := range map[string]struct {
		content []byte
		code    string
	}{
		"empty": {nil, "empty"}, "pdf": {[]byte("%PDF-1.7"), "format"}, "svg": {[]byte("<?xml?><svg>"), "format"}, "cut": {good[:len(good)/2], "damaged"},
		"head": {good[:10], "damaged"}, "small": {picture(t, 399, 2000), "small"}, "many": {picture(t, 5000, 5000), "pixels"},
		"jpeg": {[]byte("\xff\xd8\xff\xe0 cut"), "damaged"}, "large": {make([]byte, MaxArtworkBytes+1), "large"},
	} {
		_, err := ReadArtwork(name, c.content)
		if fault.CodeOf(err) != "award.artwork_"+c.code {
			t.Errorf("%s: %v", name, err)
		}
		for _, tag := range lang.Tags {
			if s := lang.For(tag).Fault(err); !strings.Contains(s, name) || strings.Contains(s, "{") {
				t.Errorf("%s: %s", tag, s)
			}
		}
	}
}

func FuzzArtwork(f *testing.F) {
	f.Add(picture(f, 400, 400))
	f.Add([]byte("\xff\xd8\xff\xe0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		if a, err := ReadArtwork("x", b); err == nil {
			a.Small(20)
		}
	})
}
