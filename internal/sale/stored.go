package sale

// TermsAsSold are the terms of orders made under the catalogue: a store that
// keeps catalogues need not keep them with each order again.
func (c *Catalogue) TermsAsSold() Terms { return c.termsAsSold() }

// HeldUnits is what an order takes of each quota while it is held, by the ids of
// quotas: what comes free when the hold ends.
func (o *Order) HeldUnits() []Use {
	units := o.Units()
	for i := range units {
		units[i].Resource = QuotaID(units[i].Resource, o.Partner)
	}
	return append(append(units, o.bankUnits()...), o.voucherUnits()...)
}
