package office

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// Fewer places than were sold: who goes is worked out by the sale's rule and
// shown with its effect before it is done.

func askShrink(v *actView) {
	askResize(v)
	v.ask("volunteers", "office.sale.volunteers", "", func(f *site.Field) { f.Example = "PYO26-0042, PYO26-0107" })
	v.Hidden = append(v.Hidden, site.Option{Text: "seen", Value: v.seenUnits()})
}

// seenUnits changes when units were sold or given back: what was looked at is
// what is done, or nothing.
func (v *actView) seenUnits() string {
	for _, q := range v.Head.Quotas {
		if q.ID() == v.Form.Get("quota") {
			return fmt.Sprintf("%d of %d, %d", q.Used, q.Size, v.Head.Numbers["order"])
		}
	}
	return ""
}

func doShrink(ctx context.Context, x *actCall) error {
	size, err := strconv.Atoi(trimmed(x.Form, "size"))
	if err != nil || size < 0 {
		return fault.New(fault.Invalid, "office.sale_number", nil).On("size")
	}
	views, edition := x.Room.Sale.Views(), x.Counter.Edition()
	h, err := views.Head(ctx, edition)
	if err != nil {
		return err
	}
	if x.Form.Get("step") == "do" && x.Form.Get("seen") != (&actView{salePlace: &salePlace{Head: h}, Form: x.Form}).seenUnits() {
		return fault.New(fault.Conflict, "sale.plan_old", nil)
	}
	orders, err := everyOrder(ctx, views, edition, sale.OrderFilter{})
	if err != nil {
		return err
	}
	lines, err := everyLine(ctx, views, edition)
	if err != nil {
		return err
	}
	volunteers, err := volunteered(x.Form.Get("volunteers"), orders)
	if err != nil {
		return err
	}
	for i := range h.Quotas {
		if h.Quotas[i].ID() == x.Form.Get("quota") && resizable(h.Quotas[i]) {
			return x.Counter.Bump(ctx, sale.Shrink(x.Room.Sale.Now(), h.Quotas[i], size, orders, lines, volunteers), x.By)
		}
	}
	return fault.New(fault.Invalid, "sale.resource_unknown", fault.Args{"resource": ""}).On("quota")
}

// volunteered are the ids of the orders whose numbers were typed.
func volunteered(typed string, orders []*sale.Order) ([]string, error) {
	var out []string
	for _, number := range strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' }) {
		found := ""
		for _, o := range orders {
			if strings.EqualFold(o.Number, number) {
				found = o.ID
			}
		}
		if found == "" {
			return nil, fault.New(fault.NotFound, "sale.order_unknown", nil)
		}
		out = append(out, found)
	}
	return out, nil
}

// everyLine is the whole ledger of units.
func everyLine(ctx context.Context, views sale.Views, edition string) ([]sale.Line, error) {
	const page = 5000
	var out []sale.Line
	for after := int64(0); ; after = out[len(out)-1].Seq {
		more, err := views.Lines(ctx, edition, after, page)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
		if len(more) < page {
			return out, nil
		}
	}
}
