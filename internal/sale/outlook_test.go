package sale_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// remembering is a memory that knows its marks and is written by one counter.
type remembering struct{ *saletest.Memory }

func (m remembering) Marks(_ context.Context, _ string, each func(string)) (bool, error) {
	for k := range m.Keys {
		each(k)
	}
	for _, of := range m.Blinds {
		for _, b := range of {
			each(b)
		}
	}
	return true, nil
}

// Whatever happens to a sale, memory refuses only whom the store refuses in the
// same instant, for the same reason and of the same thing.
func TestSoldOut_RefusesOnlyWhomHoldRefuses(t *testing.T) {
	said := 0
	for seed := range uint64(60) {
		said += lateComers(t, rand.New(rand.NewPCG(seed, 1)))
	}
	if said < 1000 {
		t.Errorf("memory answered %d times: it is of no use", said)
	}
}

func lateComers(t *testing.T, dice *rand.Rand) (said int) {
	t.Helper()
	ctx, now := t.Context(), race.At(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))
	m := saletest.New(fewOfAll(), func() race.Instant { return now })
	c := sale.NewCounter("test-2026", remembering{m}, 0)
	var ids []string
	for n := range 150 {
		switch k := dice.IntN(20); {
		case k == 0:
			c = sale.NewCounter("test-2026", remembering{m}, 0) // the program starts anew
		case k == 1:
			if err := c.Remember(ctx); err != nil {
				t.Fatal(err)
			}
		case k == 2 && len(ids) > 0:
			_, _ = c.Cancel(ctx, ids[dice.IntN(len(ids))], "buyer", access.Actor{})
		case k == 3 && len(ids) > 0:
			_, _ = c.Paying(ctx, ids[dice.IntN(len(ids))], sale.Attempt{Session: fmt.Sprint(n), Method: "card", State: "open"})
		case k == 4:
			_ = c.Resize(ctx, "seat", "", dice.IntN(6), true, access.Actor{})
		case k == 5:
			_ = c.SetState(ctx, []string{"", "open", "closed"}[dice.IntN(3)], access.Actor{})
		case k < 9:
			now = now.Add(time.Duration(dice.Int64N(int64(8 * time.Minute))))
		}
		a := lateComer(dice, n)
		before := c.SoldOut(now, &a)
		o, err := c.Hold(ctx, a)
		if before != nil {
			said++
			if fault.CodeOf(err) != "sale.sold_out" || before.Error() != err.Error() {
				t.Fatalf("memory says %v, the store %v", before, err)
			}
		}
		if err == nil {
			ids = append(ids, o.ID)
		}
		_ = c.Remember(ctx)
	}
	return said
}

func fewOfAll() *sale.Catalogue {
	price := []sale.Price{{Amount: money.Of(100, "EUR"), Currency: "EUR"}}
	return &sale.Catalogue{Edition: "test-2026", Version: 1, Opens: "2025-01-01T12:00", Zone: "Asia/Seoul", Currencies: []money.Currency{"EUR"}, RaceDate: "2026-04-05",
		Resources: []sale.Resource{{ID: "bed", Size: 3}, {ID: "seat", Size: 3}, {ID: "race:half", Size: 4}},
		Products: []sale.Product{
			{ID: "tour", Kind: sale.Package, Prices: price, Uses: []sale.Use{{Resource: "seat", N: 1}, {Resource: "bed", N: 1}}},
			{ID: "half", Kind: sale.Entry, Prices: price, Uses: []sale.Use{{Resource: "race:half", N: 1}}},
		},
		Terms: sale.Terms{Version: "1", Scale: []sale.Tier{{Days: 0, Percent: 100}}}}
}

// lateComer is somebody who wants something: often somebody new, sometimes a known
// payer or a known key.
func lateComer(dice *rand.Rand, n int) sale.Ask {
	who, key := fmt.Sprintf("p%d@b.example", n), fmt.Sprint("key", n)
	if dice.IntN(6) == 0 {
		who = fmt.Sprintf("p%d@b.example", dice.IntN(n+1))
	}
	if dice.IntN(6) == 0 {
		key = fmt.Sprint("key", dice.IntN(n+1))
	}
	a := sale.Ask{ID: fmt.Sprintf("id%024d", n), Key: key, Body: who, Private: sale.Private{Email: who}, Blinds: []string{"email=" + who},
		Wants: []sale.Want{{Product: "tour", N: 1 + dice.IntN(3)}}}
	if dice.IntN(2) == 0 {
		a.Wants = append(a.Wants, sale.Want{Product: "half", N: 1 + dice.IntN(2)})
	}
	return a
}
