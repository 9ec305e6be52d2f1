package sim

import (
	"fmt"
	"slices"
	"time"

	"stadion/internal/entry"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Places is how many places of each race the reference sale has: 500 in all, as
// the 2026 edition had.
var Places = map[string]int{"marathon": 180, "half": 140, "10k": 110, "5k": 70}

// departure is a tour of the reference sale: the same six days, from several
// cities on two days.
type departure struct {
	id, city string
	days     int // before race day
	share    int // percent of all places
	name     sale.Text
}

var departures = []departure{
	{"beijing-thu", "Beijing", 3, 40, sale.Text{"en": "From Beijing, Thursday", "ko": "베이징 출발, 목요일", "zh": "北京出发，周四", "de": "Ab Peking, Donnerstag"}},
	{"beijing-sat", "Beijing", 1, 30, sale.Text{"en": "From Beijing, Saturday", "ko": "베이징 출발, 토요일", "zh": "北京出发，周六", "de": "Ab Peking, Samstag"}},
	{"shanghai-fri", "Shanghai", 2, 20, sale.Text{"en": "From Shanghai, Friday", "ko": "상하이 출발, 금요일", "zh": "上海出发，周五", "de": "Ab Schanghai, Freitag"}},
	{"shenyang-fri", "Shenyang", 2, 10, sale.Text{"en": "From Shenyang, Friday", "ko": "선양 출발, 금요일", "zh": "沈阳出发，周五", "de": "Ab Shenyang, Freitag"}},
}

// raceNames are the races as the sale names them.
var raceNames = []struct {
	id   string
	fee  int64 // EUR cents: 2019's published fees
	name sale.Text
}{
	{"marathon", 15000, sale.Text{"en": "Marathon", "ko": "마라톤", "zh": "马拉松", "de": "Marathon"}},
	{"half", 10000, sale.Text{"en": "Half marathon", "ko": "하프 마라톤", "zh": "半程马拉松", "de": "Halbmarathon"}},
	{"10k", 7000, sale.Text{"en": "10 km", "ko": "10 km", "zh": "10 公里", "de": "10 km"}},
	{"5k", 5000, sale.Text{"en": "5 km", "ko": "5 km", "zh": "5 公里", "de": "5 km"}},
}

// Rates of the reference sale: its second currency's price list is made once
// from the first, rounded to whole thousands, and means nothing else.
const wonPerEuro = 1600

// Catalogue is the sale of the reference edition: places of each race, tours
// from several cities with beds and group slots, supplements, a donation, a
// partner with an allocation. It opens at an instant, on the edition's clocks.
// Prices follow what was published (2,195 EUR for the tour of 2025, fees of
// 2019); everything else is invented.
func Catalogue(e *race.Edition, opens time.Time, places map[string]int) *sale.Catalogue {
	zone := e.Location()
	c := &sale.Catalogue{
		Edition: e.ID, Version: 1, Zone: e.Zone, Opens: opens.In(zone).Format("2006-01-02T15:04:05"),
		Mode: sale.FirstCome, Currencies: []money.Currency{"EUR", "KRW"}, RaceDate: e.Date,
		Hold: sale.HoldRule{Soft: dur(15 * time.Minute), Grace: dur(2 * time.Minute), Paying: dur(30 * time.Minute),
			Bank: dur(120 * time.Hour), BankPart: 20},
		Limit: sale.Limit{Persons: 6, Orders: 1},
		Room:  sale.RoomRule{Before: dur(time.Hour), Pace: 120, Stay: dur(10 * time.Minute)},
		List: sale.ListRule{Offer: dur(24 * time.Hour), Order: "fit", Passes: 3, Lapsed: "end",
			Priority: dur(48 * time.Hour)},
		Entry: entry.Rule{Version: "1", Date: e.Date[:4] + "-01-01", Others: false, Adult: 18,
			MinAge: map[string]int{"marathon": 18, "half": 18, "10k": 16, "5k": 14},
			Barred: []entry.Bar{{Country: "USA", Source: "22 CFR 51.63",
				Reason: map[string]string{"en": "United States passports are not valid for this journey.",
					"ko": "미국 여권으로는 이 여행을 할 수 없습니다.", "zh": "美国护照不能用于此行程。",
					"de": "Pässe der Vereinigten Staaten gelten für diese Reise nicht."}}}},
		Terms:  terms(),
		Bank:   &sale.BankAccount{Holder: "Invented Tours", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX", Currency: "EUR"},
		Seller: sale.Seller{Name: "Invented Tours (simulation)", Address: "1 Example Street, Exampletown", Email: "office@example.org"},
	}
	c.Vouchers = []sale.Voucher{{Code: "RETURN", Percent: 5, Uses: 20}}
	total := 0
	for _, r := range raceNames {
		n := places[r.id]
		total += n
		c.Resources = append(c.Resources, sale.Resource{ID: "race:" + r.id, Kind: "race_place", Name: r.name, Size: n, Race: r.id})
		c.Products = append(c.Products, sale.Product{ID: "entry-" + r.id, Kind: sale.Entry, Name: r.name, Race: r.id,
			Uses: []sale.Use{{Resource: "race:" + r.id, N: 1}}, Prices: append(prices(r.fee, ""), prices(r.fee/5, "resident")...)})
	}
	seats := shared(total+total/10, departures) // a tenth accompanies and does not run
	date, _ := time.Parse(time.DateOnly, e.Date)
	for i, d := range departures {
		leaves := date.AddDate(0, 0, -d.days)
		c.Departures = append(c.Departures, sale.Departure{ID: d.id, Name: d.name, From: d.city,
			Leaves: leaves.Format(time.DateOnly), Returns: leaves.AddDate(0, 0, 5).Format(time.DateOnly)})
		for _, kind := range []struct {
			id, kind string
			n        int
			name     sale.Text
		}{
			{"seat", "seat", seats[i], sale.Text{"en": "seat", "ko": "좌석", "zh": "座位", "de": "Sitzplatz"}},
			{"bed", "bed", seats[i] + seats[i]/5, sale.Text{"en": "bed", "ko": "침대", "zh": "床位", "de": "Bett"}},
			{"group", "group_slot", seats[i], sale.Text{"en": "place in a group", "ko": "단체 자리", "zh": "团队名额", "de": "Platz in einer Gruppe"}},
		} {
			c.Resources = append(c.Resources, sale.Resource{ID: kind.id + ":" + d.id, Kind: kind.kind, Name: named(kind.name, d.name), Size: kind.n})
		}
		uses := []sale.Use{{Resource: "seat:" + d.id, N: 1}, {Resource: "bed:" + d.id, N: 1}, {Resource: "group:" + d.id, N: 1}}
		c.Products = append(c.Products,
			sale.Product{ID: "tour-" + d.id, Kind: sale.Package, Name: d.name, Departure: d.id, Uses: uses, Deposit: 30,
				Prices: prices(219500, ""), Note: sale.Text{"en": "Six days, five nights, half a twin room", "ko": "5박 6일, 2인실", "zh": "六天五晚，双人间", "de": "Sechs Tage, fünf Nächte, halbes Doppelzimmer"}},
			sale.Product{ID: "single-" + d.id, Kind: sale.Supplement, Departure: d.id, Needs: []string{"tour-" + d.id},
				Name: sale.Text{"en": "Single room", "ko": "1인실", "zh": "单人间", "de": "Einzelzimmer"},
				Uses: []sale.Use{{Resource: "bed:" + d.id, N: 1}}, Prices: prices(28000, "")})
	}
	slices.SortStableFunc(c.Products, func(a, b sale.Product) int { return order(a.Kind) - order(b.Kind) })
	c.Products = append(c.Products,
		sale.Product{ID: "shirt", Kind: sale.AddOn, Prices: prices(2500, ""),
			Name: sale.Text{"en": "Race shirt", "ko": "대회 티셔츠", "zh": "比赛T恤", "de": "Laufshirt"}},
		sale.Product{ID: "meals", Kind: sale.Donation, Prices: prices(1000, ""), Meals: 365,
			Name: sale.Text{"en": "365 meals, donated", "ko": "기부 식사 365끼", "zh": "捐赠365份餐食", "de": "365 gespendete Mahlzeiten"}})
	c.Partners = []sale.Partner{{ID: "partner-b", Name: "Partner B", Invoice: true,
		Release:    opens.In(zone).AddDate(0, 1, 0).Format("2006-01-02T15:04"),
		Allocation: allocation(places, seats)}}
	return c
}

func dur(d time.Duration) sale.Duration { return sale.Duration(d) }

func order(k sale.ProductKind) int {
	return slices.Index([]sale.ProductKind{sale.Package, sale.Entry, sale.Companion, sale.Supplement}, k)
}

// prices are the same price in both currencies of the sale.
func prices(cents int64, class string) []sale.Price {
	won := (cents*wonPerEuro/100 + 500) / 1000 * 1000
	return []sale.Price{
		{Class: class, Amount: money.Of(cents, "EUR"), Sum: money.Of(cents, "EUR").Decimal(), Currency: "EUR"},
		{Class: class, Amount: money.Of(won, "KRW"), Sum: money.Of(won, "KRW").Decimal(), Currency: "KRW"},
	}
}

func named(a, b sale.Text) sale.Text {
	out := sale.Text{}
	for l := range a {
		out[l] = fmt.Sprintf("%s: %s", b[l], a[l])
	}
	return out
}

// shared divides n by the departures' shares; the last gets the rest.
func shared(n int, ds []departure) []int {
	out, left := make([]int, len(ds)), n
	for i, d := range ds {
		out[i] = n * d.share / 100
		left -= out[i]
	}
	out[0] += left
	return out
}

// allocation is a tenth of each race and of the first departure's tours.
func allocation(places map[string]int, seats []int) []sale.Use {
	var out []sale.Use
	runners := 0
	for _, r := range raceNames {
		n := places[r.id] / 10
		runners += n
		out = append(out, sale.Use{Resource: "race:" + r.id, N: n})
	}
	runners = min(runners, seats[0]/2)
	for _, kind := range []string{"seat:", "bed:", "group:"} {
		out = append(out, sale.Use{Resource: kind + departures[0].id, N: runners})
	}
	return out
}

func terms() sale.Terms {
	return sale.Terms{Version: "2025-1", Currency: "EUR", Balance: dur(60 * 24 * time.Hour), TransferFee: "50.00", Tolerance: "2.00",
		Scale: []sale.Tier{{Days: 90, Percent: 90}, {Days: 60, Percent: 70}, {Days: 30, Percent: 40}, {Days: 14, Percent: 10}, {Days: 0, Percent: 0}},
		Text: sale.Text{
			"en": "If no visa can be had, or the host cancels, everything is refunded. Otherwise the scale below counts, by days before the race. Refunds are made in the currency received.",
			"ko": "비자를 받을 수 없거나 주최 측이 취소하면 전액 환불합니다. 그 밖에는 경기일까지 남은 일수에 따라 아래 기준을 적용합니다. 환불은 받은 통화로 합니다.",
			"zh": "如无法获得签证或主办方取消，全额退款。其他情况按距比赛天数适用下列标准。退款以收到的货币支付。",
			"de": "Ist kein Visum zu bekommen oder sagt der Gastgeber ab, wird alles erstattet. Sonst gilt die Staffel unten nach Tagen vor dem Lauf. Erstattet wird in der Währung der Zahlung.",
		}}
}
