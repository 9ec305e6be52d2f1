package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

func TestEdition_IsKeptChangedArchivedAndOpenedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		made := edition(t, db, "pyongyang-2025")
		clock.Pass(time.Hour)
		changed := made
		changed.Name, changed.TOML = "31st Pyongyang International Marathon", "zone = \"Asia/Pyongyang\" # 평양\n"
		changed = get[store.Edition](t)(db.ChangeEdition(t.Context(), boss, changed))
		read := get[store.Edition](t)(db.Edition(t.Context(), made.ID))
		if read != changed || read.Version != 2 || read.CreatedAt != made.CreatedAt || read.ChangedAt != race.At(clock.Now()) {
			t.Errorf("read %+v, changed %+v", read, changed)
		}
		_, err := db.ChangeEdition(t.Context(), boss, made)
		wantFault(t, err, fault.Conflict, "store.edition_changed")
		_, err = db.CreateEdition(t.Context(), boss, made)
		wantFault(t, err, fault.Conflict, "store.edition_exists")

		must(t, db.ArchiveEdition(t.Context(), boss, made.ID))
		must(t, db.ArchiveEdition(t.Context(), boss, made.ID))
		_, err = db.ChangeEdition(t.Context(), boss, changed)
		wantFault(t, err, fault.Conflict, "store.edition_archived")
		must(t, db.ReopenEdition(t.Context(), boss, made.ID))
		get[store.Edition](t)(db.ChangeEdition(t.Context(), boss, changed))
		if archived, _, err := db.Entries(t.Context(), store.EntryFilter{Action: store.EditionArchive}); len(archived) != 1 || err != nil {
			t.Errorf("%d archive lines, %v", len(archived), err)
		}
	})
}

func TestEdition_BadOnesAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		for code, e := range map[string]store.Edition{
			"store.edition_id":   {ID: "Pyongyang 2025", Date: "2025-04-06", Name: "n"},
			"store.edition_date": {ID: "e", Date: "06.04.2025", Name: "n"},
			"store.edition_name": {ID: "e", Date: "2025-04-06", Name: " "},
		} {
			_, err := db.CreateEdition(t.Context(), boss, e)
			wantFault(t, err, fault.Invalid, code)
		}
		_, err := db.Edition(t.Context(), "none")
		wantFault(t, err, fault.NotFound, "store.edition_unknown")
		wantFault(t, db.ArchiveEdition(t.Context(), boss, "none"), fault.NotFound, "store.edition_unknown")
	})
}

func TestEditions_TheLatestFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		for _, e := range []store.Edition{{ID: "b", Date: "2019-04-07"}, {ID: "a", Date: "2025-04-06"}, {ID: "c", Date: "2014-04-13"}} {
			e.Name = e.ID
			get[store.Edition](t)(db.CreateEdition(t.Context(), boss, e))
		}
		var ids string
		for _, e := range get[[]store.Edition](t)(db.Editions(t.Context())) {
			ids += e.ID
		}
		if ids != "abc" {
			t.Errorf("order %s", ids)
		}
	})
}

// list is a published list of n runners.
func list(edition string, n int) results.Revision {
	r := results.Revision{Edition: edition, Race: "marathon", State: results.Provisional, By: "Kim", Note: "first", Basis: race.Gun}
	for i := range n {
		r.Rows = append(r.Rows, results.Row{
			Race: "marathon", Status: scoring.Finished, Place: results.Place(i + 1), Bib: fmt.Sprint(i + 1), PrintedName: "김일성 Müller", Sex: "M",
			GunTime: "2:10:00", NetTime: "2:09:58", GunMs: results.Ms(7800000 + i), NetMs: -1,
			Splits: []results.SplitCell{{Label: "5k", Point: "km5", AtM: 5000, NetMs: -1, At: race.Instant(i)}},
		})
	}
	return r
}

func TestRevision_ComesBackAsItWasPublished(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		edition(t, db, "e")
		saved := get[results.Revision](t)(db.SaveRevision(t.Context(), boss, list("e", 500)))
		if saved.Number != 1 || len(saved.Hash) != 64 || saved.At != race.At(clock.Now()) {
			t.Errorf("saved number %d, hash %q, at %v", saved.Number, saved.Hash, saved.At)
		}
		read := get[results.Revision](t)(db.Revision(t.Context(), "e", "marathon", 1))
		want, _ := json.Marshal(saved)
		got, _ := json.Marshal(read)
		if !bytes.Equal(got, want) {
			t.Errorf("read\n%.300s\nsaved\n%.300s", got, want)
		}
	})
}

func TestRevision_NumbersFollowOneAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e")
		save := func(number, rows int, state results.State) error {
			r := list("e", rows)
			r.Number, r.State = number, state
			_, err := db.SaveRevision(t.Context(), boss, r)
			return err
		}
		must(t, save(1, 3, results.Provisional))
		wantFault(t, save(1, 4, results.Provisional), fault.Conflict, "store.revision_exists")
		wantFault(t, save(3, 4, results.Provisional), fault.Conflict, "store.revision_gap")
		wantFault(t, save(2, 4, results.Live), fault.Invalid, "store.revision_state")
		must(t, save(0, 5, results.Official))
		if latest := get[results.Revision](t)(db.LatestRevision(t.Context(), "e", "marathon")); latest.Number != 2 || len(latest.Rows) != 5 || latest.State != results.Official {
			t.Errorf("latest is %d with %d rows", latest.Number, len(latest.Rows))
		}
		heads := get[[]store.RevisionHead](t)(db.Revisions(t.Context(), "e", ""))
		if len(heads) != 2 || heads[0].Number != 2 || heads[0].Rows != 5 || heads[1].Number != 1 || heads[1].Note != "first" {
			t.Errorf("heads %+v", heads)
		}
		_, err := db.Revision(t.Context(), "e", "marathon", 3)
		wantFault(t, err, fault.NotFound, "store.revision_unknown")
		_, err = db.LatestRevision(t.Context(), "foreign", "marathon")
		wantFault(t, err, fault.NotFound, "store.revision_unknown")
		r := list("foreign", 1)
		_, err = db.SaveRevision(t.Context(), boss, r)
		wantFault(t, err, fault.NotFound, "store.edition_unknown")
	})
}

func TestRevision_TwoWhoPublishAtOnceAreToldApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e")
		var won atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				r := list("e", 2)
				r.Number = 1
				if _, err := db.SaveRevision(t.Context(), boss, r); err == nil {
					won.Add(1)
				} else {
					wantFault(t, err, fault.Conflict, "store.revision_exists")
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d published revision 1", won.Load())
		}
	})
}

func TestRevision_NeverChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e")
		get[results.Revision](t)(db.SaveRevision(t.Context(), boss, list("e", 2)))
		for _, statement := range []string{`UPDATE revision SET state = 'official'`, `DELETE FROM revision`} {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				tx.Unaudited()
				_, err := tx.Exec(statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "only grows") {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}

func TestRevision_DamageIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e")
		saved := get[results.Revision](t)(db.SaveRevision(t.Context(), boss, list("e", 2)))
		must(t, db.Write(t.Context(), func(tx *store.Tx) error {
			tx.Unaudited()
			_, err := tx.Exec(`INSERT INTO revision (edition, race, number, state, at, by_name, note, basis, row_count, hash, body, body_hash)
				SELECT edition, 'half', 1, state, at, by_name, note, basis, row_count, hash, body, $1 FROM revision`, make([]byte, 32))
			return err
		}))
		_, err := db.Revision(t.Context(), "e", "half", saved.Number)
		wantFault(t, err, fault.Internal, "store.revision_damaged")
	})
}

func TestCertificate_IsIssuedOnceAndReplacedByALaterRevision(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e")
		get[results.Revision](t)(db.SaveRevision(t.Context(), boss, list("e", 3)))
		get[results.Revision](t)(db.SaveRevision(t.Context(), boss, list("e", 3)))
		issue := func(orders ...store.CertificateOrder) ([]store.Certificate, error) {
			return db.IssueCertificates(t.Context(), boss, "e", orders)
		}
		one := get[[]store.Certificate](t)(issue(
			store.CertificateOrder{Race: "marathon", Bib: "1", Revision: 1}, store.CertificateOrder{Race: "marathon", Bib: "2", Revision: 1, Code: "PROPOSED"}))
		if len(one[0].Code) != 12 || one[1].Code != "PROPOSED" || one[0].Version != 1 || one[0].ReplacedBy != "" {
			t.Errorf("issued %+v", one)
		}
		again := get[[]store.Certificate](t)(issue(store.CertificateOrder{Race: "marathon", Bib: "1", Revision: 1, Code: "OTHER"}))
		if again[0] != one[0] {
			t.Errorf("the second time %+v, the first %+v", again[0], one[0])
		}
		next := get[[]store.Certificate](t)(issue(store.CertificateOrder{Race: "marathon", Bib: "1", Revision: 2}))[0]
		old := get[store.Certificate](t)(db.Certificate(t.Context(), one[0].Code))
		if next.Version != 2 || next.Code == old.Code || old.ReplacedBy != next.Code || old.Revision != 1 {
			t.Errorf("next %+v, old %+v", next, old)
		}
		if current := get[store.Certificate](t)(db.CertificateOf(t.Context(), "e", "marathon", "1")); current != next {
			t.Errorf("current %+v", current)
		}
		if all := get[[]store.Certificate](t)(db.Certificates(t.Context(), "e", "marathon")); len(all) != 2 || all[0] != next || all[1] != one[1] {
			t.Errorf("all %+v", all)
		}
		lines, _, err := db.Entries(t.Context(), store.EntryFilter{Action: store.CertificateIssue})
		if len(lines) != 2 || err != nil || string(lines[1].Detail) != `{"marathon":2}` {
			t.Errorf("lines %+v, %v", lines, err)
		}
	})
}

func TestCertificate_WhatCannotBeIssuedIsSaid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e")
		edition(t, db, "f")
		get[results.Revision](t)(db.SaveRevision(t.Context(), boss, list("e", 3)))
		get[results.Revision](t)(db.SaveRevision(t.Context(), boss, list("e", 3)))
		try := func(edition string, orders ...store.CertificateOrder) error {
			_, err := db.IssueCertificates(t.Context(), boss, edition, orders)
			return err
		}
		must(t, try("e", store.CertificateOrder{Race: "marathon", Bib: "1", Revision: 2, Code: "TAKEN"}))
		wantFault(t, try("e", store.CertificateOrder{Race: "marathon", Bib: "3", Revision: 2},
			store.CertificateOrder{Race: "marathon", Bib: "2", Revision: 2, Code: "TAKEN"}), fault.Conflict, "store.certificate_code_taken")
		wantFault(t, try("e", store.CertificateOrder{Race: "marathon", Bib: "1", Revision: 1}), fault.Conflict, "store.certificate_older")
		wantFault(t, try("e", store.CertificateOrder{Race: "marathon", Bib: "1", Revision: 3}), fault.NotFound, "store.revision_unknown")
		wantFault(t, try("f", store.CertificateOrder{Race: "marathon", Bib: "1", Revision: 1}), fault.NotFound, "store.revision_unknown")
		if all := get[[]store.Certificate](t)(db.Certificates(t.Context(), "e", "marathon")); len(all) != 1 {
			t.Errorf("a refused run left %+v", all)
		}
		_, err := db.Certificate(t.Context(), "none")
		wantFault(t, err, fault.NotFound, "store.certificate_unknown")
	})
}

func TestSetting_IsKeptAndASecretIsShownToNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		must(t, db.SetSetting(t.Context(), boss, "site.name", []byte("one")))
		must(t, db.SetSetting(t.Context(), boss, "site.name", []byte("two")))
		if v, found, err := db.Setting(t.Context(), "site.name"); string(v) != "two" || !found || err != nil {
			t.Errorf("%q, %v, %v", v, found, err)
		}
		key := get[[]byte](t)(db.SecretOnce(t.Context(), boss, "key.signing", 32))
		again := get[[]byte](t)(db.SecretOnce(t.Context(), boss, "key.signing", 32))
		if len(key) != 32 || !bytes.Equal(key, again) {
			t.Errorf("%x, then %x", key, again)
		}
		if _, found, err := db.Setting(t.Context(), "key.signing"); found || err != nil {
			t.Errorf("a secret is read as a setting: %v", err)
		}
		wantFault(t, db.SetSetting(t.Context(), boss, "key.signing", nil), fault.Conflict, "store.setting_secret")
		_, err := db.SecretOnce(t.Context(), boss, "site.name", 32)
		wantFault(t, err, fault.Conflict, "store.setting_plain")
		for _, s := range get[[]store.Setting](t)(db.Settings(t.Context())) {
			if s.Kind == store.Secret && s.Value != nil {
				t.Errorf("listed %+v", s)
			}
		}
		lines, _, err := db.Entries(t.Context(), store.EntryFilter{Action: store.SettingChange})
		must(t, err)
		if len(lines) != 3 || string(lines[0].Detail) != `{"kind":"secret"}` || string(lines[1].Detail) != `{"after":"two","before":"one"}` {
			t.Errorf("lines %s, %s of %d", lines[0].Detail, lines[1].Detail, len(lines))
		}
		must(t, db.RemoveSetting(t.Context(), boss, "key.signing"))
		must(t, db.RemoveSetting(t.Context(), boss, "key.signing"))
		if other := get[[]byte](t)(db.SecretOnce(t.Context(), boss, "key.signing", 32)); bytes.Equal(other, key) {
			t.Error("a removed secret came back")
		}
	})
}

func TestSecretOnce_TwoNodesHaveTheSame(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		var keys [8][]byte
		nodes := []*store.DB{storetest.Open(t, url, clock), storetest.Open(t, url, clock)}
		var all sync.WaitGroup
		for i := range keys {
			all.Go(func() { keys[i], _ = nodes[i%2].SecretOnce(t.Context(), boss, "key", 32) })
		}
		all.Wait()
		for i, k := range keys {
			if len(k) != 32 || !bytes.Equal(k, keys[0]) {
				t.Errorf("%d has %x, 0 has %x", i, k, keys[0])
			}
		}
	})
}

func TestUpload_IsLookedAtAndTakenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		by := access.Actor{Account: "A1", Name: "Kim"}
		content := []byte("bib,race,sex\n1,marathon,M\n\x00\xff")
		u := get[store.Upload](t)(db.StageUpload(t.Context(), by, "e", "start_list", "명단.csv", content))
		seen := get[store.Upload](t)(db.Upload(t.Context(), "e", u.ID))
		if !bytes.Equal(seen.Bytes, content) || seen.FileName != "명단.csv" || seen.By != "A1" || seen.Kind != "start_list" || seen.ExpiresAt != u.ExpiresAt {
			t.Errorf("staged %+v", seen)
		}
		_, err := db.TakeUpload(t.Context(), by, "foreign", u.ID)
		wantFault(t, err, fault.NotFound, "store.upload_unknown")

		var taken atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if got, err := db.TakeUpload(t.Context(), by, "e", u.ID); err == nil && bytes.Equal(got.Bytes, content) {
					taken.Add(1)
				}
			})
		}
		all.Wait()
		if taken.Load() != 1 {
			t.Errorf("taken %d times", taken.Load())
		}

		u = get[store.Upload](t)(db.StageUpload(t.Context(), by, "e", "reads", "reads.csv", nil))
		must(t, db.DiscardUpload(t.Context(), by, "e", u.ID))
		wantFault(t, db.DiscardUpload(t.Context(), by, "e", u.ID), fault.NotFound, "store.upload_unknown")
		lines, _, err := db.Entries(t.Context(), store.EntryFilter{Action: "upload."})
		if len(lines) != 4 || err != nil {
			t.Errorf("%d lines, %v", len(lines), err)
		}
	})
}

func TestUpload_ExpiresAndIsSwept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		u := get[store.Upload](t)(db.StageUpload(t.Context(), boss, "e", "reads", "a.csv", []byte("a")))
		clock.Pass(store.UploadLife)
		_, err := db.Upload(t.Context(), "e", u.ID)
		wantFault(t, err, fault.NotFound, "store.upload_unknown")
		_, err = db.TakeUpload(t.Context(), boss, "e", u.ID)
		wantFault(t, err, fault.NotFound, "store.upload_unknown")
		get[store.Upload](t)(db.StageUpload(t.Context(), boss, "e", "reads", "b.csv", []byte("b")))
		must(t, db.Read(t.Context(), func(v *store.View) error {
			var n int
			_, err := v.Find([]any{&n}, `SELECT COUNT(*) FROM upload`)
			if n != 1 {
				t.Errorf("%d uploads are kept", n)
			}
			return err
		}))
	})
}
