package store_test

import (
	"bytes"
	"fmt"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/results"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

var design = store.TemplateKey{Edition: "e", Lang: "ko", Kind: "finisher"}

func TestTemplate_VersionsGrowAndAnyCanComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		edition(t, db, "e")
		if _, found, err := db.Template(t.Context(), design, 0); found || err != nil {
			t.Fatalf("found %v, %v", found, err)
		}
		art := get[store.Artwork](t)(db.KeepArtwork(t.Context(), boss, "e", "산.png", []byte("pixels")))
		one := get[store.Template](t)(db.SaveTemplate(t.Context(), boss, store.Template{TemplateKey: design, Body: `{"title":"하나"}`, Artwork: art.Hash}))
		two := get[store.Template](t)(db.SaveTemplate(t.Context(), boss, store.Template{TemplateKey: design, Version: 1, Body: ""}))
		back := get[store.Template](t)(db.RestoreTemplate(t.Context(), boss, design, 1))
		if one.Version != 1 || two.Version != 2 || back.Version != 3 || back.Body != one.Body || back.Artwork != art.Hash || back.Restored != 1 {
			t.Errorf("%+v\n%+v\n%+v", one, two, back)
		}
		latest, found, err := db.Template(t.Context(), design, 0)
		if must(t, err); !found || latest != back {
			t.Errorf("latest %+v", latest)
		}
		if all := get[[]store.Template](t)(db.Templates(t.Context(), design)); len(all) != 3 || all[2] != one {
			t.Errorf("versions %+v", all)
		}
		other := design
		other.Kind = "medal"
		if _, found, _ := db.Template(t.Context(), other, 0); found {
			t.Error("a design of the other kind")
		}
		lines, _, err := db.Entries(t.Context(), store.EntryFilter{Action: store.TemplateSave})
		if must(t, err); len(lines) != 3 || lines[0].Subject != "finisher ko" {
			t.Errorf("%d audit lines %+v", len(lines), lines)
		}
	})
}

func TestTemplate_WhatIsWrongIsSaid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e")
		get[store.Template](t)(db.SaveTemplate(t.Context(), boss, store.Template{TemplateKey: design, Body: "{}"}))
		_, err := db.SaveTemplate(t.Context(), boss, store.Template{TemplateKey: design, Body: "{}"})
		wantFault(t, err, fault.Conflict, "store.template_newer")
		_, err = db.SaveTemplate(t.Context(), boss, store.Template{TemplateKey: design, Version: 1, Body: "{}", Artwork: "none"})
		wantFault(t, err, fault.NotFound, "store.artwork_unknown")
		_, err = db.RestoreTemplate(t.Context(), boss, design, 7)
		wantFault(t, err, fault.NotFound, "store.template_unknown")
		_, err = db.RestoreTemplate(t.Context(), boss, design, 0)
		wantFault(t, err, fault.NotFound, "store.template_unknown")
		_, err = db.SaveTemplate(t.Context(), boss, store.Template{TemplateKey: store.TemplateKey{Edition: "none", Lang: "en", Kind: "medal"}})
		wantFault(t, err, fault.NotFound, "store.edition_unknown")
		must(t, db.ArchiveEdition(t.Context(), boss, "e"))
		_, err = db.SaveTemplate(t.Context(), boss, store.Template{TemplateKey: design, Version: 1})
		wantFault(t, err, fault.Conflict, "store.edition_archived")
	})
}

func TestTemplate_NeverChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e")
		get[store.Template](t)(db.SaveTemplate(t.Context(), boss, store.Template{TemplateKey: design, Body: "{}"}))
		for _, q := range []string{`UPDATE certificate_template SET body = 'x'`, `DELETE FROM certificate_template`} {
			if err := db.Write(t.Context(), func(tx *store.Tx) error {
				tx.Unaudited()
				_, err := tx.Exec(q)
				return err
			}); err == nil {
				t.Errorf("%s was done", q)
			}
		}
	})
}

func TestArtwork_IsKeptOnceAndForgottenUnused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		edition(t, db, "e")
		used := get[store.Artwork](t)(db.KeepArtwork(t.Context(), boss, "e", "a.png", []byte("used")))
		again := get[store.Artwork](t)(db.KeepArtwork(t.Context(), boss, "e", "b.png", []byte("used")))
		spare := get[store.Artwork](t)(db.KeepArtwork(t.Context(), boss, "e", "c.png", []byte("spare")))
		get[store.Template](t)(db.SaveTemplate(t.Context(), boss, store.Template{TemplateKey: design, Body: "{}", Artwork: used.Hash}))
		clock.Pass(store.ArtworkSpare + 1)
		get[store.Artwork](t)(db.KeepArtwork(t.Context(), boss, "e", "d.png", []byte("new")))
		if a := get[store.Artwork](t)(db.Artwork(t.Context(), "e", used.Hash)); again.Hash != used.Hash || a.Name != "a.png" || !bytes.Equal(a.Bytes, []byte("used")) {
			t.Errorf("%+v", a)
		}
		_, err := db.Artwork(t.Context(), "e", spare.Hash)
		wantFault(t, err, fault.NotFound, "store.artwork_unknown")
		for i := range store.ArtworkMost - 1 {
			get[store.Artwork](t)(db.KeepArtwork(t.Context(), boss, "e", "x.png", fmt.Append(nil, i)))
		}
		_, err = db.KeepArtwork(t.Context(), boss, "e", "x.png", []byte("one too many"))
		wantFault(t, err, fault.Conflict, "store.artwork_many")
	})
}

func TestPrint_IsRepeatedAsItWasUntilRenewed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e")
		get[results.Revision](t)(db.SaveRevision(t.Context(), boss, list("e", 2)))
		get[[]store.Certificate](t)(db.IssueCertificates(t.Context(), boss, "e", []store.CertificateOrder{
			{Race: "marathon", Bib: "1", Revision: 1, Code: "AAAA"}, {Race: "marathon", Bib: "2", Revision: 1, Code: "BBBB"}}))
		must(t, db.KeepPrints(t.Context(), design, map[string]int{"AAAA": 0}))
		must(t, db.KeepPrints(t.Context(), design, map[string]int{"AAAA": 2, "BBBB": 2}))
		must(t, db.KeepPrints(t.Context(), design, nil))
		kept := get[map[string]int](t)(db.PrintVersions(t.Context(), design, "marathon"))
		if len(kept) != 2 || kept["AAAA"] != 0 || kept["BBBB"] != 2 {
			t.Errorf("kept %v", kept)
		}
		other := design
		other.Lang = "en"
		if n := get[int](t)(db.RenewPrints(t.Context(), boss, other)); n != 0 {
			t.Errorf("%d of another language renewed", n)
		}
		if n := get[int](t)(db.RenewPrints(t.Context(), boss, design)); n != 2 {
			t.Errorf("%d renewed", n)
		}
		if kept := get[map[string]int](t)(db.PrintVersions(t.Context(), design, "marathon")); len(kept) != 0 {
			t.Errorf("kept %v", kept)
		}
	})
}
