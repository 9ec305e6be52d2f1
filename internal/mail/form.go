package mail

import (
	"maps"
	"slices"
)

// form is what a template shows beside its sentences, which are
// "mail.TEMPLATE.subject" and "mail.TEMPLATE.1" to ".5". A paragraph that names
// a value the message does not have is left out, and so is such a fact; the
// first paragraph names none but the event.
type form struct {
	facts []string // "mail.fact.NAME"
	link  string   // order, list, entry; "" = none
}

var (
	bought = []string{"number", "what", "due", "paid", "open", "until"}
	moved  = []string{"number", "what", "amount", "due", "paid", "open"}
	waited = []string{"what", "position", "until"}
)

// forms are all templates there are.
var forms = map[string]form{
	"order.held":          {append(slices.Clone(bought), "reference", "holder", "iban", "bic"), "order"},
	"order.confirmed":     {bought, "order"},
	"order.partly_paid":   {append(slices.Clone(bought), "reference"), "order"},
	"order.balance":       {append(slices.Clone(bought), "reference", "holder", "iban", "bic"), "order"},
	"order.overpaid":      {moved, "order"},
	"order.expired":       {[]string{"number", "what"}, "entry"},
	"order.expired_paid":  {[]string{"number", "what", "amount"}, "order"},
	"order.cancelled":     {[]string{"number", "what", "paid", "refund", "amount"}, "order"},
	"order.refund":        {[]string{"number", "amount"}, "order"},
	"order.refund_failed": {[]string{"number", "amount"}, "order"},
	"order.changed":       {moved, "order"},
	"order.deferred":      {[]string{"number", "amount"}, "order"},
	"order.link":          {[]string{"number", "what"}, "order"},
	"list.joined":         {waited, "list"},
	"list.offer":          {append([]string{"number"}, append(slices.Clone(waited), "due")...), "order"},
	"list.lapsed":         {waited, "list"},
	"list.stand_by":       {append([]string{"number"}, waited...), "list"},
	"list.left":           {nil, "entry"},
	"entry.approved":      {[]string{"number", "person"}, "order"},
	"entry.denied":        {[]string{"number", "person", "amount"}, "order"},
	"entry.revoked":       {[]string{"number", "person", "amount"}, "order"},
	"entry.review":        {[]string{"number", "person"}, "order"},
	"entry.transferred":   {[]string{"number", "person"}, "order"},
	"edition.closed":      {[]string{"number"}, "order"},
	"edition.postponed":   {[]string{"number", "date"}, "order"},
	"edition.cancelled":   {[]string{"number", "paid", "amount"}, "order"},
	"edition.reopened":    {[]string{"number", "date"}, "order"},
	"draw.applied":        {waited, "list"},
	"draw.won":            {append([]string{"number"}, append(slices.Clone(waited), "due")...), "order"},
	"draw.listed":         {waited, "list"},
}

// Templates are the names of all templates, sorted.
func Templates() []string { return slices.Sorted(maps.Keys(forms)) }
