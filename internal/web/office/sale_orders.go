package office

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

type saleOrdersView struct {
	*salePlace
	State, Partner, Search string
	Tasks, Owing           bool
	States, Whose          []site.Option
	Table                  site.Table
	Orders                 []*sale.Order
	Older, Newest          string // addresses of other pages in the list's own order
	Cut                    bool   // a sorted list is of the latest orders alone
}

// sortedMost is how many orders are put in another order at most.
const sortedMost = 5000

// SaleOrders answers GET …/sale/orders: the orders chosen. Each view has an
// address.
func (m *Room) SaleOrders(c *site.Call) error {
	return m.atSale(c, "orders", access.SaleRead, m.saleOrders)
}

func (m *Room) saleOrders(c *site.Call, sp *salePlace) error {
	v := saleOrdersView{salePlace: sp, State: c.Query("state"), Partner: c.Query("partner"), Search: c.Query("q"),
		Tasks: c.Query("tasks") != "", Owing: c.Query("owing") != ""}
	v.States = []site.Option{{Value: "", Text: c.T("office.sale.any")}}
	for _, s := range []sale.State{sale.Held, sale.Confirmed, sale.Expired, sale.Cancelled} {
		v.States = append(v.States, site.Option{Value: string(s), Text: c.T("office.sale.order_state." + string(s))})
	}
	v.Whose = []site.Option{{Value: "", Text: c.T("office.sale.any")}}
	for _, o := range sp.partnerOptions() {
		v.Whose = append(v.Whose, site.Option{Value: cmp.Or(o.Value, "-"), Text: o.Text})
	}
	v.Table = site.Table{URL: c.R.URL, Sort: c.Query("sort"), Desc: c.Query("dir") == "desc", Size: pageSize}
	f := sale.OrderFilter{State: sale.State(v.State), Tasks: v.Tasks, Owing: v.Owing, Limit: pageSize}
	if v.Partner != "" && (sp.All || sp.Sees(v.Partner)) {
		f.Partner = v.Partner
	}
	m.search(&f, v.Search)
	if err := v.read(c, f); err != nil {
		return err
	}
	return c.Render(200, "sale_orders", sp.Title(c.T("office.sale.orders")), v)
}

// search puts what somebody typed into a filter: an e-mail by its blind index,
// else a number, a reference or an id.
func (m *Room) search(f *sale.OrderFilter, typed string) {
	switch {
	case typed == "":
	case strings.Contains(typed, "@"):
		f.Search, f.Blind = typed, m.Sale.Blind("email", entry.FoldEmail(typed))
	case strings.HasPrefix(strings.ToUpper(typed), "RF"):
		f.Search = strings.ToUpper(strings.ReplaceAll(typed, " ", ""))
	case strings.Contains(typed, "-"):
		f.Search = strings.ToUpper(typed)
	default:
		f.Search = typed
	}
}

func (v *saleOrdersView) read(c *site.Call, f sale.OrderFilter) (err error) {
	if key := saleOrderKeys[v.Table.Sort]; key != nil {
		f.Limit = sortedMost
		all, more, err := v.find(c, f)
		if err != nil {
			return err
		}
		slices.SortStableFunc(all, key)
		if v.Table.Desc {
			slices.Reverse(all)
		}
		v.Cut, v.Table.Total, v.Table.Page = more, len(all), max(number(c.Query("page")), 1)
		v.Table.Page = min(v.Table.Page, v.Table.Pages())
		v.Orders = all[max(v.Table.From()-1, 0):v.Table.To()]
		return nil
	}
	v.Table.Sort = ""
	if at, id, ok := strings.Cut(c.Query("before"), "."); ok {
		n, _ := strconv.ParseInt(at, 10, 64)
		f.Before, f.BeforeID = race.Instant(n), id
	}
	var more bool
	if v.Orders, more, err = v.find(c, f); err != nil {
		return err
	}
	if more && len(v.Orders) > 0 {
		last := v.Orders[len(v.Orders)-1]
		v.Older = v.Table.With("before", strconv.FormatInt(int64(last.Made), 10)+"."+last.ID)
	}
	if f.Before != 0 {
		v.Newest = v.Table.With("before", "")
	}
	return nil
}

// saleOrderKeys are the columns by which orders can be put in order.
var saleOrderKeys = map[string]func(a, b *sale.Order) int{
	"number": func(a, b *sale.Order) int { return cmp.Compare(a.Number, b.Number) },
	"payer":  func(a, b *sale.Order) int { return cmp.Compare(a.Private.Name, b.Private.Name) },
	"state":  func(a, b *sale.Order) int { return cmp.Compare(a.State, b.State) },
	"due":    func(a, b *sale.Order) int { return cmp.Compare(a.Due().Minor, b.Due().Minor) },
	"open":   func(a, b *sale.Order) int { return cmp.Compare(a.Open().Minor, b.Open().Minor) },
	"made":   func(a, b *sale.Order) int { return cmp.Compare(a.Made, b.Made) },
}

// Runners says who runs what in an order, in few words: "Marathon × 2 · 5 km".
func (sp *salePlace) Runners(o *sale.Order) string {
	var ids []string
	n := map[string]int{}
	for _, it := range o.Items {
		p := sp.Catalogue.Product(it.Product)
		if it.Gone || p == nil || p.Race == "" {
			continue
		}
		if n[p.Race] == 0 {
			ids = append(ids, p.Race)
		}
		n[p.Race] += it.N
	}
	parts := make([]string, len(ids))
	for i, id := range ids {
		if parts[i] = sp.RaceName(id); n[id] > 1 {
			parts[i] += " × " + strconv.Itoa(n[id])
		}
	}
	return strings.Join(parts, " · ")
}

// Pays is the word for how an order's money stands: paid, part, none, over.
func (sp *salePlace) Pays(o *sale.Order) string {
	switch open := o.Open().Minor; {
	case open < 0:
		return "over"
	case open == 0:
		return "paid"
	case o.Paid().Minor > 0:
		return "part"
	}
	return "none"
}

// HasTasks reports whether an order has something to look at.
func (sp *salePlace) HasTasks(o *sale.Order) bool {
	return slices.ContainsFunc(o.Tasks, func(t sale.Task) bool { return !t.Done })
}
