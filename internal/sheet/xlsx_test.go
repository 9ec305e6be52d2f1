package sheet

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"stadion/internal/fault"
)

func workbook(t *testing.T, fill func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestXlsx_NumbersDatesAndZerosComeBackAsMeant(t *testing.T) {
	body := workbook(t, func(f *excelize.File) {
		zeros := "0000"
		zero, err := f.NewStyle(&excelize.Style{CustomNumFmt: &zeros})
		must(t, err)
		day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err)
		must(t,
			f.SetSheetRow("Sheet1", "A1", &[]any{"Bib", "Chip", "Family Name", "birth_date", "Age", "Shirt"}),
			f.SetSheetRow("Sheet1", "A2", &[]any{101, 580000000012, "김영희", time.Date(1985, 4, 6, 0, 0, 0, 0, time.UTC), 39, "L"}),
			f.SetSheetRow("Sheet1", "A4", &[]any{42, "05801A", "Müller", "1990-01-31", 35.0}),
			f.SetSheetRow("Sheet1", "A5", &[]any{"0007", nil, "Solo"}),
			f.SetCellStyle("Sheet1", "A4", "A4", zero),
			f.SetCellStyle("Sheet1", "D2", "D2", day),
		)
	})
	got := readAll(t, bytes.NewReader(body), columns...)
	want := [][]string{
		{"101", "580000000012", "김영희", "1985-04-06", "39"},
		{"0042", "05801A", "Müller", "1990-01-31", "35"},
		{"0007", "", "Solo", "", ""},
	}
	if got.err != nil || len(got.faults) > 0 || !reflect.DeepEqual(got.rows, want) || !reflect.DeepEqual(got.lines, []int{2, 4, 5}) {
		t.Errorf("%v %v\n%q %v", got.err, got.faults, got.rows, got.lines)
	}
	if codes(got.warnings) != "sheet.unknown_columns@1" {
		t.Errorf("%v", got.warnings)
	}
}

func TestXlsx_WhatWasLostIsRefused(t *testing.T) {
	body := workbook(t, func(f *excelize.File) {
		short := "d-mmm"
		day, err := f.NewStyle(&excelize.Style{CustomNumFmt: &short})
		must(t, err)
		must(t,
			f.SetSheetRow("Sheet1", "A1", &[]any{"bib", "chip"}),
			f.SetSheetRow("Sheet1", "A2", &[]any{45000, "A"}), // typed as 2-1, shown as a date
			f.SetSheetRow("Sheet1", "A3", &[]any{"3", 3.0395e23}),
			f.SetSheetRow("Sheet1", "A4", &[]any{"4", "#REF!"}),
			f.SetSheetRow("Sheet1", "A5", &[]any{"5", "B", "left over"}),
			f.SetCellStyle("Sheet1", "A2", "A2", day),
		)
		_, err = f.NewSheet("Old")
		must(t, err)
	})
	got := readAll(t, bytes.NewReader(body), columns...)
	if codes(got.faults) != "sheet.became_date@2 sheet.number_shortened@3 sheet.cell_error@4 sheet.too_many@5" || len(got.rows) != 0 {
		t.Errorf("%v %v", got.err, got.faults)
	}
	if codes(got.warnings) != "sheet.other_sheets@<nil>" {
		t.Errorf("%v", got.warnings)
	}
}

func TestXlsx_ADamagedWorkbookIsAFaultAtAnyByte(t *testing.T) {
	body := workbook(t, func(f *excelize.File) {
		must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"bib"}), f.SetSheetRow("Sheet1", "A2", &[]any{1}))
	})
	for cut := 4; cut < len(body); cut += 97 {
		if got := readAll(t, bytes.NewReader(body[:cut]), columns...); fault.CodeOf(got.err) != "sheet.xlsx_damaged" {
			t.Errorf("cut at %d: %v", cut, got.err)
		}
	}
	for at := 4; at < len(body); at += 31 {
		b := bytes.Clone(body)
		b[at] ^= 0xff
		readAll(t, bytes.NewReader(b), columns...) // whatever it says, it does not crash
	}
	small := Limits{Xlsx: 1000}
	if _, err := Open("a.xlsx", bytes.NewReader(body), small, columns...); fault.CodeOf(err) != "sheet.xlsx_too_large" {
		t.Errorf("too large: %v", err)
	}
}
