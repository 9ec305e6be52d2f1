package office

import (
	"cmp"
	"slices"
	"strings"

	"stadion/internal/access"
	"stadion/internal/money"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

type saleLedgerView struct {
	*salePlace
	Accounts []accountSum
	Totals   []accountSum // by currency: they are nothing, or the ledger is wrong
	Account  string       // chosen
	Table    site.Table
	Postings []postingRow
}

// accountSum is an account of the trial balance. The accounts of buyers stand in
// one line for each currency.
type accountSum struct {
	Account       string
	Currency      money.Currency
	Debit, Credit money.Amount
	N             int // postings
}

// Balance is debit less credit.
func (a accountSum) Balance() money.Amount { return a.Debit.Sub(a.Credit) }

// postingRow is a posting with its order's number.
type postingRow struct {
	sale.Posting
	Number string
}

// SaleLedger answers GET …/sale/ledger: the trial balance and the postings.
func (m *Room) SaleLedger(c *site.Call) error {
	return m.atSale(c, "ledger", access.SaleMoney, m.saleLedger)
}

func (m *Room) saleLedger(c *site.Call, sp *salePlace) error {
	all, err := sp.Views.Postings(c.R.Context(), sp.Desk.Edition, "")
	if err != nil {
		return err
	}
	v := saleLedgerView{salePlace: sp, Account: c.Query("account")}
	v.Accounts, v.Totals = trialBalance(all)
	if v.Account != "" {
		all = slices.DeleteFunc(slices.Clone(all), func(p sale.Posting) bool { return p.Account != v.Account && sumAccount(p.Account) != v.Account })
	}
	v.Table = window(c, len(all))
	page := slices.Clone(all[len(all)-v.Table.To() : len(all)-max(v.Table.From()-1, 0)])
	slices.Reverse(page)
	for _, p := range page {
		r := postingRow{Posting: p}
		if p.Order != "" {
			if o, err := sp.Views.Order(c.R.Context(), sp.Desk.Edition, p.Order); err == nil {
				r.Number = o.Number
			}
		}
		v.Postings = append(v.Postings, r)
	}
	return c.Render(200, "sale_ledger", sp.Title(c.T("office.sale.ledger")), v)
}

// sumAccount is the line of the trial balance on which an account stands.
func sumAccount(account string) string {
	kind, _, of := strings.Cut(account, ":")
	if of && kind == "buyer" {
		return kind
	}
	return account
}

// trialBalance sums a ledger by account and currency, and each currency in all.
func trialBalance(all []sale.Posting) (accounts, totals []accountSum) {
	type key struct {
		account  string
		currency money.Currency
	}
	sums := map[key]*accountSum{}
	add := func(k key, a money.Amount) {
		s := sums[k]
		if s == nil {
			s = &accountSum{Account: k.account, Currency: k.currency, Debit: money.Of(0, k.currency), Credit: money.Of(0, k.currency)}
			sums[k] = s
		}
		s.N++
		if a.Minor > 0 {
			s.Debit = s.Debit.Add(a)
		} else {
			s.Credit = s.Credit.Sub(a)
		}
	}
	for i := range all {
		a := all[i].Amount
		add(key{sumAccount(all[i].Account), a.Currency}, a)
		add(key{"", a.Currency}, a)
	}
	for k, s := range sums {
		if k.account == "" {
			totals = append(totals, *s)
		} else {
			accounts = append(accounts, *s)
		}
	}
	order := func(a, b accountSum) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Account, b.Account))
	}
	slices.SortFunc(accounts, order)
	slices.SortFunc(totals, order)
	return accounts, totals
}
