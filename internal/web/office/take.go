package office

import (
	"context"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/web/site"
)

// Take answers POST …/import/KIND/{upload}/take: the file is imported. It was
// read to its end before the first line of it is written, so that a file with an
// error changes nothing.
func (in Intake) Take(c *site.Call) error {
	p, err := in.m.at(c, "import")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	u, err := in.m.upload(c, p.Desk.Edition, in.k)
	if err != nil {
		return err
	}
	look := in.m.preview(c, p, in.k, u, f.Get("keep") != "" && in.k.Line != "")
	by := c.Actor
	j := &job{Edition: p.Desk.Edition, Needs: in.k.Needs, What: "office.job.import", Name: u.Name, Back: p.Base(), Began: p.Now}
	in.m.jobs.start(j, func(ctx context.Context, j *job) error {
		select {
		case <-look.ended:
		case <-ctx.Done():
			return ctx.Err()
		}
		v, ok := look.result.(*preview)
		switch {
		case !ok:
			return fault.New(fault.Conflict, "office.not_looked_at", fault.Args{"file": u.Name})
		case !v.May():
			return fault.New(fault.Conflict, "office.file_has_faults", fault.Args{"file": u.Name})
		}
		if _, err := in.m.Uploads.Take(ctx, by, u.Edition, u.ID); err != nil {
			return err
		}
		err := in.take(ctx, by, p, u, v, j)
		in.m.jobs.drop(u.ID)
		return err
	})
	if !j.wait(time.Second) || j.report().State != jobDone {
		return c.Redirect(p.Base() + "/job/" + j.ID)
	}
	r := j.report()
	pairs := []any{}
	for name, value := range r.Args {
		pairs = append(pairs, name, value)
	}
	c.Flash(site.Good, r.Say, pairs...)
	return c.Redirect(p.Base())
}

// take hands what a file says to its use-case.
func (in Intake) take(ctx context.Context, by access.Actor, p place, u Upload, v *preview, j *job) error {
	switch {
	case v.StartList != nil:
		if err := p.Desk.TakeStartList(ctx, by, u.Name, v.StartList.Starters); err != nil {
			return err
		}
		j.tell("office.import.done.start_list", fault.Args{"n": len(v.StartList.Starters)})
	case v.Reads != nil:
		if err := p.Desk.TakeReads(ctx, by, u.Name, v.Reads.Reads, j.progress); err != nil {
			return err
		}
		j.tell("office.import.done.reads", fault.Args{"n": v.Reads.New})
	case v.Rulings != nil:
		if err := p.Desk.TakeRulings(ctx, by, u.Name, v.Rulings.Rulings); err != nil {
			return err
		}
		j.tell("office.import.done.rulings", fault.Args{"n": len(v.Rulings.Rulings)})
	default:
		if _, err := in.m.Editions.Change(ctx, by, p.Desk.Edition, u.Name, u.Bytes); err != nil {
			return err
		}
		j.tell("office.import.done.edition", nil)
	}
	return nil
}
