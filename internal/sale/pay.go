package sale

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
)

// The states of a payment started at a provider.
const (
	AttemptOpen    = "open"
	AttemptPaid    = "paid"
	AttemptExpired = "expired"
)

// Paying says that a payment was started at a provider: the hold is extended,
// once (case 7). The same session again changes nothing. Faults: Conflict
// sale.hold_ended, sale.nothing_due.
func (c *Counter) Paying(ctx context.Context, order string, a Attempt) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error { return w.paying(o, a) })
}

// change runs a verb on one order. The order comes back as the verb left it, also
// when it had nothing to do (unchanged).
func (c *Counter) change(ctx context.Context, order string, seen []string, verb func(w *Work, o *Order) error) (*Order, error) {
	var out *Order
	err := c.Do(ctx, &Job{Orders: []string{order}, Seen: seen, Do: func(w *Work) error {
		o, err := w.Order(order)
		if err != nil {
			return err
		}
		out = o
		if err = verb(w, o); err == errSame {
			out, err = w.batch.orders[order], nil
			delete(w.orders, order)
		}
		return err
	}})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// errSame is what a verb answers that found nothing to do: the order is not
// written again.
var errSame = errors.New("sale: nothing to do")

func (w *Work) paying(o *Order, a Attempt) error {
	if slices.ContainsFunc(o.Payments, func(p Attempt) bool { return p.Session == a.Session }) {
		return errSame
	}
	if len(a.Session) > mostKey || a.Session == "" {
		return tooLong("session", mostKey)
	}
	if !o.Live(w.At) {
		if err := w.observe(o); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "sale.hold_ended", nil)
	}
	if o.Open().Minor <= 0 && o.DueNow().Zero() {
		return fault.New(fault.Conflict, "sale.nothing_due", nil)
	}
	if a.State == "" {
		a.State = AttemptOpen
	}
	if a.At == 0 {
		a.At = w.At
	}
	o.Payments = append(o.Payments, a)
	if o.State == Held && !o.Extended {
		rule := w.Catalogue().Hold.filled()
		o.Extended, o.Told = true, o.SoftEnd
		o.SoftEnd = max(o.SoftEnd, w.At.Add(rule.Paying.D()))
		o.HardEnd = max(o.HardEnd, o.SoftEnd.Add(rule.Grace.D()))
	}
	return nil
}

// PaymentEnded says how a started payment ended: "expired" without money, "paid"
// after its money was received. What is known to be paid stays paid, whatever
// comes later (case 19); a session nobody knows changes nothing.
func (c *Counter) PaymentEnded(ctx context.Context, order, session, state string) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error {
		at := slices.IndexFunc(o.Payments, func(p Attempt) bool { return p.Session == session })
		if at < 0 || o.Payments[at].State == AttemptPaid || o.Payments[at].State == state ||
			state != AttemptPaid && state != AttemptExpired {
			return errSame
		}
		o.Payments[at].State = state
		return nil
	})
}

// Receive records money that came in, each receipt once (cases 7-9, 17-19). A
// held order is confirmed when the deposit or all is there; money after the hard
// end takes the units again if they are free, and is owed back in full if not,
// with a place before all others on the waiting list (case 8). Money beyond what
// is due, in another currency, or taken back by the payer's side is recorded and
// given to the desk as a task; it is never kept in silence, and cancels nobody
// (cases 9, 17).
//
// Faults: Invalid sale.receipt (no id, no amount); Conflict
// sale.receipt_elsewhere: it was recorded for another order.
func (c *Counter) Receive(ctx context.Context, order string, r Receipt, by access.Actor) (*Order, error) {
	seen := receiptID(r.ID)
	return c.change(ctx, order, []string{seen}, func(w *Work, o *Order) error {
		if r.ID == "" || len(r.ID) > mostKey || r.Method == "" || len(r.Method) > mostID || !r.Amount.Currency.Valid() || r.Amount.Zero() {
			return fault.New(fault.Invalid, "sale.receipt", nil)
		}
		first, err := w.Once(seen)
		if err != nil {
			return err
		}
		if !first {
			if slices.ContainsFunc(o.Receipts, func(x Receipt) bool { return x.ID == r.ID }) {
				return errSame
			}
			return fault.New(fault.Conflict, "sale.receipt_elsewhere", nil)
		}
		return w.receive(o, r, by)
	})
}

func receiptID(id string) string { return "receipt:" + id }

func (w *Work) receive(o *Order, r Receipt, by access.Actor) error {
	if r.At == 0 {
		r.At = w.At
	}
	w.book(o, r)
	w.Audit(by, "order.receive", o.Number, map[string]any{"amount": r.Amount.String(), "method": r.Method})
	if r.Amount.Currency != o.Currency {
		w.task(o, "currency", map[string]string{"amount": r.Amount.String()})
	}
	if r.Amount.Minor < 0 {
		o.unowe(r.Amount.Neg())
		w.task(o, "taken_back", map[string]string{"amount": r.Amount.Neg().String(), "method": r.Method})
	}
	switch {
	case o.State == Held && o.Live(w.At):
		if !w.enough(o) {
			w.mail(o, "order.partly_paid", r.ID, map[string]string{"open": o.DueNow().String()})
			return nil
		}
		w.confirm(o)
	case o.State == Held || o.State == Expired:
		return w.late(o)
	case o.State == Cancelled && r.Amount.Minor > 0:
		w.owe(o, o.surplus(r.Amount.Currency), "cancelled")
		w.mail(o, "order.overpaid", r.ID, map[string]string{"amount": r.Amount.String()})
		return nil
	}
	w.afterMoney(o)
	return nil
}

// surplus is money of a currency that is neither due nor on its way back. In
// another currency than the order's nothing is due.
func (o *Order) surplus(c money.Currency) money.Amount {
	left := o.received(c).Sub(o.promised(c))
	if c == o.Currency {
		left = left.Sub(o.Due())
	}
	return left
}

// received is what came in of a currency, less what the payer's side took back.
func (o *Order) received(c money.Currency) money.Amount {
	sum := money.Of(0, c)
	for _, r := range o.Receipts {
		if r.Amount.Currency == c {
			sum = sum.Add(r.Amount)
		}
	}
	return sum
}

// promised is what was or will be sent back of a currency.
func (o *Order) promised(c money.Currency) money.Amount {
	sum := money.Of(0, c)
	for _, r := range o.Refunds {
		if r.Amount.Currency == c {
			sum = sum.Add(r.Amount)
		}
	}
	return sum
}

// book writes a receipt into the order and the ledger of money.
func (w *Work) book(o *Order, r Receipt) {
	o.Receipts = append(o.Receipts, r)
	w.post(o, "r"+strconv.Itoa(len(o.Receipts)), "receipt", cashAccount(o, r.Method), buyerAccount(o), r.Amount)
}

// afterMoney forgives a shortfall within the tolerance once everything was to be
// paid, and gives a surplus to the desk (case 9).
func (w *Work) afterMoney(o *Order) {
	if o.State != Confirmed {
		return
	}
	if open := o.Open(); open.Minor > 0 && open.Minor <= w.tolerance(o).Minor {
		w.charge(o, Charge{At: w.At, Kind: "waived", Amount: open.Neg()})
		w.paper(o)
	}
	if left := o.surplus(o.Currency); left.Minor > 0 {
		w.task(o, "surplus", map[string]string{"amount": left.String()})
		w.mail(o, "order.overpaid", strconv.Itoa(len(o.Receipts)), map[string]string{"amount": left.String()})
	}
}

// tolerance is the shortfall that counts as paid, by the terms as sold.
func (w *Work) tolerance(o *Order) money.Amount {
	if o.Terms.Tolerance == "" || o.Terms.Currency != o.Currency {
		return money.Of(0, o.Currency)
	}
	t, err := money.Parse(o.Terms.Tolerance, o.Currency)
	if err != nil || t.Minor < 0 {
		return money.Of(0, o.Currency)
	}
	return t
}

// Least is what confirms the order: the deposit, or all where there is none.
func (o *Order) Least() money.Amount {
	due := o.Due()
	if o.Deposit.Minor > 0 && o.Deposit.Same(due) {
		return money.Min(o.Deposit, due)
	}
	return due
}

// DueNow is what is to be paid next: of a hold what confirms it, of a confirmed
// order the rest. What is on its way back counts as gone. Never negative.
func (o *Order) DueNow() money.Amount {
	none := money.Of(0, o.Currency)
	left := o.Due()
	switch o.State {
	case Held:
		left = o.Least()
	case Confirmed:
	default:
		return none
	}
	if left = left.Sub(o.kept()); left.Minor < 0 {
		return none
	}
	return left
}

// kept is what came in, in the order's currency, and is not on its way back.
func (o *Order) kept() money.Amount { return o.received(o.Currency).Sub(o.promised(o.Currency)) }

// enough reports whether what was paid confirms the order.
func (w *Work) enough(o *Order) bool {
	kept, least := o.kept(), o.Least()
	return !kept.Add(w.tolerance(o)).Less(least) && (kept.Minor > 0 || least.Zero())
}

// late is money for an order whose hold has ended: its units are taken again if
// they are still free, else everything is owed back (case 8).
func (w *Work) late(o *Order) error {
	if o.State == Held { // nobody has seen it end yet; the money just booked is not owed back for that
		w.free(o, Expire, "")
		o.State = Expired
	}
	if w.enough(o) && w.State() != "cancelled" {
		switch err := w.retake(o); {
		case err == nil:
			w.confirm(o)
			w.afterMoney(o)
			return nil
		case fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Invalid:
			return err
		}
	}
	paid := w.enough(o)
	if back := w.oweAll(o, "expired_paid"); back != "" {
		w.mail(o, "order.expired_paid", strconv.Itoa(len(o.Receipts)), map[string]string{"amount": back})
	}
	if !paid || w.State() == "cancelled" || o.CancelWhy == "expired_paid" { // a place on the list is given once
		return nil
	}
	o.CancelWhy = "expired_paid"
	_, err := w.StandBy(o, 1)
	return err
}

// retake takes the units of an expired order again, all or nothing.
func (w *Work) retake(o *Order) error {
	short, err := w.lackingAt(o)
	if err != nil {
		return err
	}
	if len(short) > 0 {
		return soldOut(short)
	}
	o.Bank = false // money is there: nothing is held for a transfer
	if err := w.takeAll(o); err != nil {
		return err
	}
	o.State = Held
	return nil
}

// lackingAt is what an order could not take of all it needs, its voucher
// included, holds that have ended released first.
func (w *Work) lackingAt(o *Order) ([]shortage, error) {
	all := func() ([]shortage, error) {
		a, err := w.short(o.Partner, o.Units(), false)
		if err != nil || o.Voucher == "" {
			return a, err
		}
		b, err := w.short("", o.voucherUnits(), false)
		return append(a, b...), err
	}
	short, err := all()
	if err == nil && len(short) > 0 && !w.batch.swept {
		if err = w.sweep(); err == nil {
			short, err = all()
		}
	}
	return short, err
}

// confirm makes held units sold: its charges are booked, the invoice is written,
// the buyer is told.
func (w *Work) confirm(o *Order) {
	w.SetConfirmed(o, o.Units())
	if units := o.bankUnits(); len(units) > 0 {
		w.GiveBack(o.ofPublic(), units, Release, "")
	}
	o.State = Confirmed
	w.firstWins(o)
	for i, c := range o.Charges {
		w.postCharge(o, i, c)
	}
	w.paper(o)
	w.mail(o, "order.confirmed", "", nil)
	w.Audit(access.Actor{}, "order.confirm", o.Number, nil)
}

// free gives back everything an order holds.
func (w *Work) free(o *Order, move Move, by string) {
	w.GiveBack(o, o.Units(), move, by)
	if o.State == Held {
		if units := o.bankUnits(); len(units) > 0 {
			w.GiveBack(o.ofPublic(), units, move, by)
		}
	}
	if o.Voucher != "" && (o.State == Held || w.revives(o.Voucher)) {
		w.GiveBack(o.ofPublic(), o.voucherUnits(), move, by)
	}
}

// revives reports whether a cancelled order gives its voucher's use back (case 49).
func (w *Work) revives(code string) bool {
	v := w.Catalogue().Voucher(code)
	return v != nil && v.Revive
}

// observe writes that a hold has ended, whatever becomes of the verb that saw it:
// a clock that steps back does not revive it (case 22).
func (w *Work) observe(o *Order) error {
	if o.State != Held || o.HardEnd > w.At {
		return nil
	}
	return w.sweepOrders([]*Order{o})
}

// charge adds charges to an order. They are booked at once where the order is
// sold; those of a hold are booked when it is confirmed.
func (w *Work) charge(o *Order, cs ...Charge) {
	from := len(o.Charges)
	o.Charges = append(o.Charges, cs...)
	if o.State != Confirmed {
		return
	}
	for i, c := range cs {
		w.postCharge(o, from+i, c)
	}
}

func (w *Work) postCharge(o *Order, i int, c Charge) {
	account := "sales:" + c.Item
	switch c.Kind {
	case "fee":
		account = "fees:" + c.Item
	case "waived":
		account = "write_off"
	}
	w.post(o, "c"+strconv.Itoa(i+1), c.Kind, buyerAccount(o), account, c.Amount)
}

// post writes an entry of two sides for an order: debit gets the amount, credit
// gives it. what names the entry within the order, once.
func (w *Work) post(o *Order, what, text, debit, credit string, amount money.Amount) {
	if amount.Zero() {
		return
	}
	id := o.Number + "/" + what
	if o.Number == "" {
		id = o.ID + "/" + what
	}
	w.Post(Posting{Entry: id, Order: o.ID, Account: debit, Amount: amount, Text: text},
		Posting{Entry: id, Order: o.ID, Account: credit, Amount: amount.Neg(), Text: text})
}

func buyerAccount(o *Order) string { return "buyer:" + o.ID }

// cashAccount is where money of a method lies: "cash:card", "cash:bank"; what
// partners owe on their monthly invoice is "receivable:PARTNER", what stood to
// somebody's credit is "credit".
func cashAccount(o *Order, method string) string {
	switch method {
	case "partner":
		return "receivable:" + o.Partner
	case "credit":
		return "credit"
	}
	return "cash:" + method
}

// task gives something to the desk.
func (w *Work) task(o *Order, code string, args map[string]string) {
	o.Tasks = append(o.Tasks, Task{Code: code, At: w.At, Args: args})
}

// mail puts a message to the payer into the outbox, if there is an address. The
// same template is sent once for an order and suffix.
func (w *Work) mail(o *Order, template, suffix string, args map[string]string) {
	if o.Private.Email == "" {
		return
	}
	id := template + ":" + o.ID
	if suffix != "" {
		id += ":" + suffix
	}
	if args == nil {
		args = map[string]string{}
	}
	args["number"] = o.Number
	w.Mail(Mail{ID: id, To: o.Private.Email, Lang: o.Lang, Template: template, Order: o.ID, Args: args})
}

// Sweep releases holds that have ended, and says how many of them. Nothing waits
// for it: an ended hold is free by its end (whoever finds units missing sweeps).
// It makes boards and the buyers' pages show it sooner.
func (c *Counter) Sweep(ctx context.Context) (n int, err error) {
	err = c.Do(ctx, &Job{Do: func(w *Work) error {
		ended, err := w.batch.reader.Expired(w.At, sweepLimit)
		n = len(ended)
		if err != nil || n == 0 {
			return err
		}
		return w.sweepOrders(ended)
	}})
	return n, err
}
