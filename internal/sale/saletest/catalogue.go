package saletest

import (
	"strings"
	"time"

	"stadion/internal/entry"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Edition is whose sale the catalogue of these tests is.
const Edition = "test-2026"

// Opens is when that sale opens: noon in Pyongyang on 1 December 2025.
var Opens = race.At(time.Date(2025, 12, 1, 3, 0, 0, 0, time.UTC))

// Catalogue is the small invented sale that tests share. Each call makes a new
// one, to be changed freely. Race day is 5 April 2026, 09:00 UTC+9.
//
//	resources   race:marathon 10, race:half 10, seat:a 10, seat:b 10, bed:a 10, bed:b 10
//	products    tour-a, tour-b   package, 1000.00 EUR / 1600000 KRW, deposit 30 %, a seat and a bed
//	            marathon, half   entry, 100.00 and 50.00 EUR / 160000 and 80000 KRW; residents 20.00 and 10.00
//	            single-a         supplement of tour-a, 200.00 EUR, a further bed
//	            companion-a      a tour without a race, 900.00 EUR
//	            shirt 25.00 EUR · meals 10.00 EUR, a donation · office, hidden, 1.00 EUR
//	partner     koryo: 2 marathon, 2 seat:a, 2 bed:a of the above; pays by invoice; released 1 March 2026
//	vouchers    TEN: 10 %, 3 uses · FIFTY: 50.00 EUR, 1 use, gives its use back
//	terms       90 days 90 %, 60 days 50 %, 30 days 20 %; balance 60 days before; tolerance 1.00 EUR
func Catalogue() *sale.Catalogue {
	c := &sale.Catalogue{
		Edition: Edition, Version: 1, Zone: "Asia/Pyongyang", Opens: "2025-12-01T12:00", Mode: sale.FirstCome,
		Currencies: []money.Currency{"EUR", "KRW"}, RaceDate: "2026-04-05",
		Terms: sale.Terms{Version: "1", Text: name("Everything is refunded if no visa can be had."), Currency: "EUR", Tolerance: "1.00",
			TransferFee: "50.00", Balance: sale.Duration(60 * 24 * time.Hour),
			Scale: []sale.Tier{{Days: 90, Percent: 90}, {Days: 60, Percent: 50}, {Days: 30, Percent: 20}}},
		Entry: entry.Rule{Version: "1", Date: "2025-10-01", MinAge: map[string]int{"": 14, "marathon": 18},
			Barred: []entry.Bar{{Country: "USA", Reason: map[string]string{"en": "Not valid for this journey."}}}},
		Bank:   &sale.BankAccount{Holder: "Invented Tours", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX", Currency: "EUR"},
		Seller: sale.Seller{Name: "Invented Tours", Address: "1 Example Street", Email: "office@example.org"},
	}
	for _, id := range []string{"race:marathon", "race:half", "seat:a", "seat:b", "bed:a", "bed:b"} {
		kind, of, _ := strings.Cut(id, ":")
		r := sale.Resource{ID: id, Kind: map[string]string{"race": "race_place", "seat": "seat", "bed": "bed"}[kind], Name: name(id), Size: 10}
		if kind == "race" {
			r.Race = of
		}
		c.Resources = append(c.Resources, r)
	}
	for _, d := range []string{"a", "b"} {
		c.Departures = append(c.Departures, sale.Departure{ID: d, Name: name("Departure " + d), From: "Beijing", Leaves: "2026-04-02", Returns: "2026-04-07"})
		c.Products = append(c.Products, sale.Product{ID: "tour-" + d, Kind: sale.Package, Name: name("Tour " + d), Departure: d, Deposit: 30,
			Uses: uses("seat:"+d, "bed:"+d), Prices: price("1000.00")})
	}
	c.Products = append(c.Products,
		sale.Product{ID: "marathon", Kind: sale.Entry, Name: name("Marathon"), Race: "marathon", Uses: uses("race:marathon"), Prices: price("100.00", "20.00")},
		sale.Product{ID: "half", Kind: sale.Entry, Name: name("Half marathon"), Race: "half", Uses: uses("race:half"), Prices: price("50.00", "10.00")},
		sale.Product{ID: "single-a", Kind: sale.Supplement, Name: name("Single room"), Departure: "a", Needs: []string{"tour-a"}, Uses: uses("bed:a"), Prices: price("200.00")},
		sale.Product{ID: "companion-a", Kind: sale.Companion, Name: name("Companion"), Departure: "a", Uses: uses("seat:a", "bed:a"), Prices: price("900.00")},
		sale.Product{ID: "shirt", Kind: sale.AddOn, Name: name("Shirt"), Prices: price("25.00")},
		sale.Product{ID: "meals", Kind: sale.Donation, Name: name("Meals"), Prices: price("10.00"), Meals: 365},
		sale.Product{ID: "office", Kind: sale.AddOn, Name: name("Office"), Prices: price("1.00"), Hidden: true})
	c.Partners = []sale.Partner{{ID: "koryo", Name: "Koryo", Invoice: true, Release: "2026-03-01T00:00",
		Allocation: []sale.Use{{Resource: "race:marathon", N: 2}, {Resource: "seat:a", N: 2}, {Resource: "bed:a", N: 2}}}}
	c.Vouchers = []sale.Voucher{{Code: "TEN", Percent: 10, Uses: 3},
		{Code: "FIFTY", Sum: "50.00", Currency: "EUR", Uses: 1, Revive: true}}
	sale.Fill(c)
	return c
}

// Person is an invented grown-up runner of an order.
func Person(id, printed string) entry.Person {
	return entry.Person{ID: id, Name: entry.Name{Printed: printed, Family: "FAMILY", Given: strings.ToUpper(printed)}, Email: "runner@example.org",
		Sex: race.Female, Birth: "1990-02-03", Country: "DEU"}
}

func name(s string) sale.Text { return sale.Text{"en": s, "de": s, "ko": s, "zh": s} }

func uses(resources ...string) []sale.Use {
	out := make([]sale.Use, len(resources))
	for i, r := range resources {
		out[i] = sale.Use{Resource: r, N: 1}
	}
	return out
}

// price is a price in euro and sixteen hundred times as many won, for everybody
// and, if a second is given, for residents.
func price(sums ...string) []sale.Price {
	var out []sale.Price
	for i, s := range sums {
		class := ""
		if i > 0 {
			class = sale.Resident
		}
		eur, err := money.Parse(s, "EUR")
		if err != nil {
			panic(err)
		}
		krw := money.Of(eur.Minor*16, "KRW")
		out = append(out, sale.Price{Class: class, Sum: s, Currency: "EUR"}, sale.Price{Class: class, Sum: krw.Decimal(), Currency: "KRW"})
	}
	return out
}
