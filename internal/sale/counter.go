package sale

import (
	"context"
	"sync"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// Counter is where everything that changes an edition's sale goes through. Jobs
// that wait at the same time share one commit, and so one wait for the disk; an
// answer is given only when the commit is durable (case 6). Nobody waits for
// company: while one commit is written the next batch gathers by itself.
type Counter struct {
	edition string
	store   Store
	marker  Store // the store itself, for what it can do beside commits
	outlook *outlook
	most    int
	last    race.Instant // of the latest commit; the worker's own

	mu     sync.Mutex
	queue  []*ticket
	busy   bool
	closed bool
	idle   sync.WaitGroup
}

// ticket is a job that waits for its commit.
type ticket struct {
	ctx  context.Context
	job  *Job
	err  error
	done chan struct{}
}

// NewCounter opens the counter of an edition. most is how many jobs share a
// commit at most; 0 = 512.
func NewCounter(edition string, s Store, most int) *Counter {
	if most <= 0 {
		most = 512
	}
	o := newOutlook()
	return &Counter{edition: edition, store: watched{s, o}, marker: s, outlook: o, most: most}
}

// Edition is whose counter it is.
func (c *Counter) Edition() string { return c.edition }

// Do runs a job in a commit with others. It returns when the commit is durable,
// or with the job's fault, or with the fault of the whole commit. When ctx ends
// before the job's turn it is not run; when it ends later, the commit is
// awaited so that the answer is true.
func (c *Counter) Do(ctx context.Context, j *Job) error {
	t := &ticket{ctx: ctx, job: j, done: make(chan struct{})}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return fault.New(fault.Unavailable, "store.closed", nil)
	}
	c.queue = append(c.queue, t)
	if !c.busy {
		c.busy = true
		c.idle.Add(1)
		go c.work()
	}
	c.mu.Unlock()
	<-t.done
	return t.err
}

// Close takes no more jobs and waits for those that are in.
func (c *Counter) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.idle.Wait()
}

func (c *Counter) work() {
	defer c.idle.Done()
	for {
		c.mu.Lock()
		n := min(len(c.queue), c.most)
		if n == 0 {
			c.busy = false
			c.mu.Unlock()
			return
		}
		batch := c.queue[:n:n]
		c.queue = c.queue[n:]
		c.mu.Unlock()
		c.commit(batch)
	}
}

func (c *Counter) commit(batch []*ticket) {
	jobs, in := make([]*Job, 0, len(batch)), make([]*ticket, 0, len(batch))
	for _, t := range batch {
		if t.err = t.ctx.Err(); t.err == nil {
			t.err = t.job.check()
		}
		if t.err != nil {
			close(t.done)
			continue
		}
		jobs, in = append(jobs, t.job), append(in, t)
	}
	if len(in) == 0 {
		return
	}
	errs, err := run(context.WithoutCancel(in[0].ctx), c.store, c.edition, jobs, &c.last)
	if err != nil && len(in) > 1 && nothingWritten(err) {
		for i := range in {
			c.commit(in[i : i+1])
		}
		return
	}
	for i, t := range in {
		t.err = errs[i]
		if err != nil {
			t.err = err
		}
		close(t.done)
	}
}
