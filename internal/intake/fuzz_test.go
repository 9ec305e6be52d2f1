package intake_test

import (
	"bytes"
	"os"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/intake"
)

// located fails where a fault of a file does not say where: a line, or the file
// as a whole where it is no text.
func located(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	faults := list(err)
	if len(faults) == 0 {
		t.Fatalf("no fault: %v", err)
	}
	for _, f := range faults {
		if f.Args["file"] == nil {
			t.Errorf("%v names no file", f)
		}
		if f.Kind != fault.Invalid {
			t.Errorf("%v is not Invalid", f)
		}
		switch f.Code {
		case "sheet.empty", "sheet.old_excel", "sheet.no_table", "sheet.xlsx_damaged", "sheet.xlsx_too_large", "intake.more":
		default:
			if line, ok := f.Args["line"].(int); !ok || line < 1 {
				t.Errorf("%v names no line", f)
			}
		}
	}
}

func FuzzStartList(f *testing.F) {
	f.Add([]byte(startHeader + "101,058A01 058A02,marathon,,Kim,,김영희,F,1985-04-06,,PRK,elite,4.25\n"))
	f.Add([]byte("sep=;\nbib;race;sex\n\"1\";marathon;M\n\"2"))
	f.Add([]byte("bib\trace\tsex\r1\t10k\tX\r"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xff\xfeb\x00i\x00b\x00\n\x00"))
	e := reference(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, going := range []bool{false, true} {
			got, rep, err := intake.StartList("s.csv", bytes.NewReader(text), e, intake.Options{KeepGoing: going})
			located(t, err)
			if err != nil && got != nil {
				t.Error("half a list was taken")
			}
			if err == nil && (len(got) != rep.Good || rep.Good+rep.Bad != rep.Rows) {
				t.Errorf("%d starters, %+v", len(got), rep)
			}
			if err == nil && rep.WriteRejected(&bytes.Buffer{}, fault.CodeOf) != nil {
				t.Error("the rejected rows were not written")
			}
		}
	})
}

func FuzzReads(f *testing.F) {
	f.Add([]byte("point,chip,at,box,seq,antenna,rssi\nkm5,058A01,2025-04-06T09:15:02.318+09:00,b,1,2,-60\n"))
	f.Add([]byte("point,bib,at\nstadium,7,1970-01-01T00:00:00Z\nkm5,1,09:00:00\n"))
	e := reference(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		got, rep, err := intake.Reads("r.csv", bytes.NewReader(text), e, intake.Options{})
		located(t, err)
		if err != nil && got != nil || err == nil && len(got) != rep.Good {
			t.Errorf("%d reads, %+v", len(got), rep)
		}
		for _, r := range got {
			if r.At == 0 || r.Chip == "" && r.Bib == "" || e.Point(r.Point) == nil {
				t.Errorf("%+v was taken", r)
			}
		}
	})
}

func FuzzRulings(f *testing.F) {
	f.Add([]byte("id,bib,kind,value,at\nx,1,time_adjust,+30s,2025-04-06T09:15:02Z\n,,undo,x,\n"))
	e := reference(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _, err := intake.Rulings("j.csv", bytes.NewReader(text), e, intake.Options{})
		located(t, err)
	})
}

func FuzzEdition(f *testing.F) {
	text, err := os.ReadFile("testdata/edition.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("race = [{course=[{at_m=nan}]}]\n[timing]\ncluster=\"1s\"\n"))
	f.Add([]byte("[[race.wave]]\n[race]\nid.x=1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, warnings, err := intake.Edition("e.toml", bytes.NewReader(text))
		located(t, err)
		if len(warnings) > 0 {
			located(t, warnings)
		}
		if (e == nil) == (err == nil) {
			t.Errorf("edition %v, error %v", e, err)
		}
	})
}
