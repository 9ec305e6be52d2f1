package pay

import (
	"strings"

	"github.com/stripe/stripe-go/v84"

	"stadion/internal/fault"
	"stadion/internal/money"
)

// Stripe counts some currencies otherwise than ISO 4217 does.
var (
	// The ISO has two decimals, Stripe none: sums must be whole.
	stripeWhole = map[money.Currency]bool{"MGA": true}
	// The ISO has none, Stripe two: everything times a hundred.
	stripeHundredth = map[money.Currency]bool{"ISK": true, "UGX": true}
)

// toStripe is an amount in the minor units Stripe wants. Fault Invalid
// pay.amount_step for an amount that cannot be said there: Stripe takes no third
// decimal, and no decimal of an ariary. Nothing is rounded: somebody would be
// short.
func toStripe(a money.Amount) (int64, error) {
	wrong := func(step int64) error {
		return fault.New(fault.Invalid, "pay.amount_step", fault.Args{"currency": string(a.Currency),
			"step": money.Of(step, a.Currency).Decimal()})
	}
	switch {
	case !a.Currency.Valid():
		return 0, fault.New(fault.Invalid, "pay.currency", fault.Args{"currency": string(a.Currency)})
	case stripeWhole[a.Currency]:
		if a.Minor%100 != 0 {
			return 0, wrong(100)
		}
		return a.Minor / 100, nil
	case stripeHundredth[a.Currency]:
		return a.Minor * 100, nil
	case a.Currency.Exponent() == 3 && a.Minor%10 != 0:
		return 0, wrong(10)
	}
	return a.Minor, nil
}

// fromStripe is the amount that Stripe says.
func fromStripe(minor int64, c stripe.Currency) (money.Amount, error) {
	cur := money.Currency(strings.ToUpper(string(c)))
	switch {
	case !cur.Valid():
		return money.Amount{}, fault.New(fault.Unavailable, "pay.provider", nil)
	case stripeWhole[cur]:
		return money.Of(minor*100, cur), nil
	case stripeHundredth[cur]:
		if minor%100 != 0 {
			return money.Amount{}, fault.New(fault.Unavailable, "pay.provider", nil)
		}
		return money.Of(minor/100, cur), nil
	}
	return money.Of(minor, cur), nil
}
