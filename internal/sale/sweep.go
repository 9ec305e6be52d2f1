package sale

// sweepLimit is how many ended holds one commit releases at most.
const sweepLimit = 1000

// sweep releases holds whose end has passed. It belongs to the commit, not to
// the verb that found the units missing: what is observed to have ended stays
// ended, whatever becomes of the verb (case 22).
func (w *Work) sweep() error {
	b := w.batch
	ended, err := b.reader.Expired(b.at, sweepLimit)
	if err != nil {
		return err
	}
	b.swept = len(ended) < sweepLimit
	return w.sweepOrders(ended)
}

func (w *Work) sweepOrders(ended []*Order) error {
	b := w.batch
	s := b.work()
	for _, o := range ended {
		if cur, ok := b.orders[o.ID]; ok && cur != nil {
			o = cur // this commit has changed it already
		}
		if mine, ok := w.orders[o.ID]; ok {
			o = mine
		}
		if o.State != Held || o.HardEnd > b.at {
			continue
		}
		b.orders[o.ID] = o
		if err := lapse(s, o.ID); err != nil {
			return err
		}
		if mine, ok := w.orders[o.ID]; ok {
			*mine = *s.orders[o.ID].Clone()
		}
	}
	if err := s.settle(); err != nil {
		return err
	}
	for id, q := range s.before { // they stay even if the verb is undone
		if was, ok := w.before[id]; ok {
			was.Used += b.book.quotas[id].Used - q.Used
			was.Kept += b.book.quotas[id].Kept - q.Kept
			w.before[id] = was
		}
	}
	s.keep()
	return nil
}

// lapse ends a hold. What was paid on it, too little to confirm it, is owed back.
func lapse(w *Work, id string) error {
	o, err := w.Order(id)
	if err != nil {
		return err
	}
	w.free(o, Expire, "")
	o.State = Expired
	switch {
	case len(o.Receipts) > 0:
		w.oweAll(o, "expired")
	case o.Wait == "": // of an offer, the list tells
		w.mail(o, "order.expired", "", nil)
	}
	return nil
}
