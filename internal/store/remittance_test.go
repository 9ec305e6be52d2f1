package store_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/sale"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

func TestRemittances_WaitSealedUntilSomebodyDecides(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s, ctx := shop(t, db, 5), context.Background()
		one := sale.Remittance{ID: "bank:1", At: 5, Amount: money.Of(10000, "EUR"), Payer: "Kim Invented", Reference: "RF1", Text: "for the race", State: sale.RemittanceOpen}
		two := sale.Remittance{ID: "bank:2", At: 4, Amount: money.Of(-5, "KRW"), State: sale.RemittanceOpen}
		n := get[int](t)(s.KeepRemittances(ctx, boss, shopEdition, []sale.Remittance{one, two}))
		again := get[int](t)(s.KeepRemittances(ctx, boss, shopEdition, []sale.Remittance{one, two}))
		if n != 2 || again != 0 {
			t.Fatalf("%d were new, then %d", n, again)
		}
		if got := get[[]sale.Remittance](t)(s.Remittances(ctx, shopEdition, sale.RemittanceOpen)); !reflect.DeepEqual(got, []sale.Remittance{two, one}) {
			t.Fatalf("%+v", got)
		}
		must(t, s.EndRemittance(ctx, boss, shopEdition, one.ID, sale.RemittanceAssigned, "o1"))
		must(t, s.EndRemittance(ctx, boss, shopEdition, one.ID, sale.RemittanceAssigned, "o1"))
		if err := s.EndRemittance(ctx, boss, shopEdition, one.ID, sale.RemittanceAssigned, "o2"); fault.CodeOf(err) != "sale.remittance_ended" {
			t.Errorf("assigned to another order: %v", err)
		}
		must(t, s.EndRemittance(ctx, boss, shopEdition, two.ID, sale.RemittanceNotOurs, ""))
		// Who paid and what for is not kept longer than somebody needs it.
		got := get[sale.Remittance](t)(s.Remittance(ctx, shopEdition, one.ID))
		if want := (sale.Remittance{ID: one.ID, At: one.At, Amount: one.Amount, State: sale.RemittanceAssigned, Order: "o1"}); got != want {
			t.Errorf("%+v", got)
		}
		if n := get[int](t)(s.KeepRemittances(ctx, boss, shopEdition, []sale.Remittance{one})); n != 0 {
			t.Error("a line that was dealt with waits again")
		}
		if _, err := s.Remittance(ctx, shopEdition, "bank:9"); fault.CodeOf(err) != "sale.remittance_unknown" {
			t.Errorf("%v", err)
		}
		lines, _, err := db.Entries(ctx, store.EntryFilter{Edition: shopEdition})
		must(t, err)
		for _, e := range lines {
			if s := string(e.Detail); strings.Contains(s, "Kim") || strings.Contains(s, "race") {
				t.Errorf("the audit log says who paid: %s", s)
			}
		}
	})
}
