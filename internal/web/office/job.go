package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/web/site"
)

// jobState is where a job stands.
type jobState string

// The states of a job.
const (
	jobRunning jobState = "running"
	jobDone    jobState = "done"
	jobStopped jobState = "stopped"
	jobFailed  jobState = "failed"
)

// job is long work that its page shows the progress of and can stop.
type job struct {
	ID      string
	Edition string
	Needs   access.Permission // to look at it and to stop it
	What    string            // key of the sentence that says what is done
	Name    string            // of the file or the race it is about
	Back    string            // where to go from its page
	key     string            // of the look at a file: upload/keep
	Began   race.Instant

	cancel context.CancelFunc
	ended  chan struct{}

	mu          sync.Mutex
	state       jobState
	done, total int
	err         error
	say         string // key of the sentence that says what came of it
	args        fault.Args
	left        fault.List // what was left out, with the reason
	file        []byte     // to be fetched, nil if there is none
	fileName    string
	result      any
}

// report is what a job's page shows.
type report struct {
	State       jobState
	Done, Total int
	Percent     int
	Err         error
	Say         string
	Args        fault.Args
	Left        fault.List
	FileName    string
	FileBytes   int
}

func (j *job) report() report {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := report{State: j.state, Done: j.done, Total: j.total, Err: j.err, Say: j.say, Args: j.args,
		Left: j.left, FileName: j.fileName, FileBytes: len(j.file)}
	if j.total > 0 {
		r.Percent = j.done * 100 / j.total
	}
	return r
}

func (j *job) progress(done, total int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done, j.total = done, total
}

// tell keeps the sentence of what came of it.
func (j *job) tell(key string, args fault.Args) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.say, j.args = key, args
}

func (j *job) running() bool {
	select {
	case <-j.ended:
		return false
	default:
		return true
	}
}

// wait gives short work the time to end before a page is shown.
func (j *job) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-j.ended:
		return true
	case <-t.C:
		return false
	}
}

// jobs are those that run and the latest that ended.
type jobs struct {
	life  context.Context
	newID func() string
	log   *slog.Logger

	mu   sync.Mutex
	list []*job // oldest first
}

func newJobs(life context.Context, newID func() string, log *slog.Logger) *jobs {
	return &jobs{life: life, newID: newID, log: log}
}

// keptJobs is how many ended jobs are remembered: their files stay in memory.
const keptJobs = 12

// start begins work in the background. It ends with the office's life.
func (s *jobs) start(j *job, work func(ctx context.Context, j *job) error) *job {
	ctx, cancel := context.WithCancel(s.life)
	j.ID, j.cancel, j.ended, j.state = s.newID(), cancel, make(chan struct{}), jobRunning
	s.mu.Lock()
	s.list = append(s.list, j)
	s.forget()
	s.mu.Unlock()
	go func() {
		defer close(j.ended)
		defer cancel()
		err := s.run(ctx, j, work)
		j.mu.Lock()
		defer j.mu.Unlock()
		switch {
		case err == nil:
			j.state = jobDone
		case ctx.Err() != nil && errors.Is(err, context.Canceled):
			j.state = jobStopped
		default:
			j.state, j.err = jobFailed, err
			if fault.KindOf(err) == fault.Internal {
				s.log.Error("a job failed", "job", j.ID, "what", j.What, "err", err)
			}
		}
	}()
	return j
}

// run turns a panic into a failed job.
func (s *jobs) run(ctx context.Context, j *job, work func(context.Context, *job) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return work(ctx, j)
}

// forget lets the oldest ended jobs go. s.mu is held.
func (s *jobs) forget() {
	for i := 0; len(s.list) > keptJobs && i < len(s.list); {
		if s.list[i].running() {
			i++
			continue
		}
		s.list = append(s.list[:i:i], s.list[i+1:]...)
	}
}

// find is a job of an edition that the actor may look at. Fault NotFound.
func (s *jobs) find(by access.Actor, edition, id string) (*job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.list {
		if j.ID == id && j.Edition == edition {
			return j, access.Can(by, j.Needs, edition)
		}
	}
	return nil, fault.New(fault.NotFound, "office.no_such_job", nil)
}

type jobView struct {
	place
	Job *job
	report
}

// Job answers GET …/job/{job}: how far it is, or what came of it.
func (m *Room) Job(c *site.Call) error {
	p, err := m.at(c, "")
	if err != nil {
		return err
	}
	j, err := m.jobs.find(c.Actor, c.Path("edition"), c.Path("job"))
	if err != nil {
		return err
	}
	v := jobView{p, j, j.report()}
	return c.Render(http.StatusOK, "job", p.Title(c.T(j.What, "name", j.Name)), v)
}

// JobStop answers POST …/job/{job}/stop.
func (m *Room) JobStop(c *site.Call) error {
	j, err := m.jobs.find(c.Actor, c.Path("edition"), c.Path("job"))
	if err != nil {
		return err
	}
	j.cancel()
	j.wait(time.Second)
	return c.Redirect(strings.TrimSuffix(c.R.URL.Path, "/stop"))
}

// JobFile answers GET …/job/{job}/file: what the job made.
func (m *Room) JobFile(c *site.Call) error {
	j, err := m.jobs.find(c.Actor, c.Path("edition"), c.Path("job"))
	if err != nil {
		return err
	}
	j.mu.Lock()
	body, name := j.file, j.fileName
	j.mu.Unlock()
	if body == nil {
		return fault.New(fault.NotFound, "office.no_such_job", nil)
	}
	return attach(c, name, "application/pdf", body)
}

// attach answers a file to be kept.
func attach(c *site.Call, name, kind string, body []byte) error {
	c.W.Header().Set("Content-Disposition", `attachment; filename="`+plainName(name)+`"`)
	c.W.Header().Set("Cache-Control", "no-store")
	return c.Bytes(http.StatusOK, kind, body)
}

// plainName is a file name that every system and every header takes.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, name)
}
