package office_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/app"
	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/raceday"
	"stadion/internal/store"
	"stadion/internal/web"
	"stadion/internal/web/public"
	"stadion/internal/web/webtest"
)

// rulesText are the rules of the edition that tests work at: two races of one
// day, one of them in two waves.
const rulesText = `id = "test-2025"
name = "Test Run 2025"
date = "2025-04-06"
zone = "Asia/Pyongyang"
place = "Stadium"
[[point]]
id = "stadium"
name = "Stadium"
[[point]]
id = "km5"
name = "5 km mat"
[[race]]
id = "10k"
name = "10 km"
distance_m = 10000
rank_by = "gun"
course = [ { point = "stadium", at_m = 0 }, { point = "km5", at_m = 5000, label = "5k" }, { point = "stadium", at_m = 10000 } ]
[[race.wave]]
id = "all"
[[race.variant]]
id = "short"
name = "Without the riverside"
distance_m = 9000
course = [ { point = "stadium", at_m = 0 }, { point = "stadium", at_m = 9000 } ]
[[race]]
id = "5k"
name = "5 km"
distance_m = 5000
rank_by = "net"
course = [ { point = "stadium", at_m = 0 }, { point = "stadium", at_m = 5000 } ]
[[race.wave]]
id = "fast"
[[race.wave]]
id = "fun"
`

// startText is a start list of clearly invented runners.
const startText = "bib,chip,race,wave,printed_name,sex,birth_date,country\n" +
	"1,C001,10k,,Anna Example,F,1990-05-14,GER\n2,C002,10k,,김예시,M,1988-01-02,KOR\n3,C003,10k,,Ola Nordmann,M,1975-03-03,NOR\n" +
	"4,C004,10k,,Jan Test,M,1999-09-09,NED\n101,C101,5k,fast,Eva Muster,F,2001-02-03,SUI\n102,C102,5k,fun,李样例,M,1980-12-12,CHN\n"

// gun is when the 10 km starts.
var gun = race.At(time.Date(2025, 4, 6, 0, 0, 0, 0, time.UTC))

// readsText: everybody of the 10 km but bib 4 finishes; C999 is nobody's.
const readsText = "point,chip,at\n" +
	"stadium,C001,2025-04-06T09:00:04.100+09:00\nkm5,C001,2025-04-06T09:20:00.000+09:00\nstadium,C001,2025-04-06T09:41:02.318+09:00\n" +
	"stadium,C002,2025-04-06T09:00:02.000+09:00\nkm5,C002,2025-04-06T09:18:00.000+09:00\nstadium,C002,2025-04-06T09:36:30.500+09:00\n" +
	"stadium,C003,2025-04-06T09:00:05.000+09:00\nstadium,C003,2025-04-06T09:45:00.000+09:00\n" +
	"stadium,C004,2025-04-06T09:00:05.000+09:00\nkm5,C004,2025-04-06T09:29:00.000+09:00\n" +
	"km5,C999,2025-04-06T09:31:00.000+09:00\n"

// bench is the whole site over a store of its own.
type bench struct {
	t       testing.TB
	db      *store.DB
	handler http.Handler
	desks   *desks
	clock   *atomic.Int64
	sale    *sales
}

// cheap passwords: tests sign in often.
var cheap = access.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}

var boss = access.System("test")

func newBench(t testing.TB) *bench {
	t.Helper()
	clock := &atomic.Int64{}
	clock.Store(int64(gun.Add(50 * time.Minute)))
	now := func() time.Time { return time.Unix(0, clock.Load()).UTC() }
	db, err := store.OpenWith(context.Background(), store.Option{Now: now, Cost: cheap})
	must(t, err)
	b := &bench{t: t, db: db, clock: clock}
	b.desks = &desks{db: db, now: func() race.Instant { return race.At(now()) }, list: map[string]*raceday.Desk{}, logs: map[string]*logbook.Memory{}}
	life, stop := context.WithCancel(context.Background())
	t.Cleanup(func() { stop(); must(t, db.Close()) })
	source := app.OfficeStore(db)
	source.Editions = b.desks
	b.sale = &sales{}
	source.Sale = b.sale
	source.Papers = app.OfficePapers(db, []byte("a key of thirty-two bytes, a test"), func(_ context.Context, id string) (*race.Edition, error) {
		d, err := b.desks.Desk(context.Background(), id)
		if err != nil {
			return nil, err
		}
		return d.Field.Snapshot().Edition, nil
	})
	cfg := webtest.Config(webtest.NewSource())
	cfg.Office, cfg.Life, cfg.Now = source, life, now
	cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	b.handler, err = web.New(cfg)
	must(t, err)
	return b
}

var _ public.Editions = (*webtest.Source)(nil)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// desks are editions on logs in memory.
type desks struct {
	db  *store.DB
	now func() race.Instant

	mu   sync.Mutex
	list map[string]*raceday.Desk
	logs map[string]*logbook.Memory
	n    int
}

func (d *desks) List(context.Context) ([]*raceday.Desk, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*raceday.Desk
	for _, k := range []string{"test-2025", "other-2025", "harbour-2026"} {
		if d.list[k] != nil {
			out = append(out, d.list[k])
		}
	}
	return out, nil
}

func (d *desks) Desk(_ context.Context, id string) (*raceday.Desk, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k := d.list[id]; k != nil {
		return k, nil
	}
	return nil, fault.New(fault.NotFound, "web.no_such_edition", nil)
}

func (d *desks) File(ctx context.Context, id string) ([]byte, error) {
	e, err := d.db.Edition(ctx, id)
	return []byte(e.TOML), err
}

func (d *desks) Create(ctx context.Context, by access.Actor, name string, text []byte) (*race.Edition, error) {
	e, _, err := intake.Edition(name, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if _, err := d.db.CreateEdition(ctx, by, store.Edition{ID: e.ID, Date: e.Date, Name: e.Name, TOML: string(text)}); err != nil {
		return nil, err
	}
	field := live.NewField(d.now)
	log := &followed{logbook.NewMemory("hub"), field}
	desk := &raceday.Desk{Edition: e.ID, Log: log, Field: field, Shelf: d.db, Book: book{d.db}, Now: d.now, NewID: d.newID}
	d.mu.Lock()
	d.list[e.ID], d.logs[e.ID] = desk, log.Memory
	d.mu.Unlock()
	return e, desk.TakeEdition(ctx, by, e)
}

func (d *desks) Archived(ctx context.Context, id string) (bool, error) {
	e, err := d.db.Edition(ctx, id)
	return e.Archived(), err
}

func (d *desks) SetArchived(ctx context.Context, by access.Actor, id string, archived bool) error {
	if archived {
		return d.db.ArchiveEdition(ctx, by, id)
	}
	return d.db.ReopenEdition(ctx, by, id)
}

func (d *desks) Change(ctx context.Context, by access.Actor, id, name string, text []byte) (*race.Edition, error) {
	e, _, err := intake.Edition(name, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	desk, err := d.Desk(ctx, id)
	if err != nil {
		return nil, err
	}
	return e, desk.TakeEdition(ctx, by, e)
}

func (d *desks) newID() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	return fmt.Sprintf("id%04d", d.n)
}

// followed is a log whose field has every line at once.
type followed struct {
	*logbook.Memory
	field *live.Field
}

func (f *followed) Append(ctx context.Context, d logbook.Draft) (logbook.Line, error) {
	l, err := f.Memory.Append(ctx, d)
	if err == nil {
		f.field.Apply(l)
		f.field.Refresh()
	}
	return l, err
}

type book struct{ db *store.DB }

func (b book) Record(ctx context.Context, by access.Actor, action, edition, subject string, detail any) error {
	if e, err := b.db.Edition(ctx, edition); err == nil && e.Archived() {
		return fault.New(fault.Conflict, "store.edition_archived", fault.Args{"value": e.Name})
	}
	return b.db.Record(ctx, by, store.Action(action), edition, subject, detail)
}

// edition makes the edition of tests.
func (b *bench) edition() *raceday.Desk {
	b.t.Helper()
	_, err := b.desks.Create(context.Background(), boss, "edition.toml", []byte(rulesText))
	must(b.t, err)
	d, err := b.desks.Desk(context.Background(), "test-2025")
	must(b.t, err)
	return d
}

// day is the edition with its start list, a gun and reads.
func (b *bench) day() *raceday.Desk {
	b.t.Helper()
	d, ctx := b.edition(), context.Background()
	list, err := d.PreviewStartList("start.csv", strings.NewReader(startText), intake.Options{})
	must(b.t, err)
	must(b.t, d.TakeStartList(ctx, boss, "start.csv", list.Starters))
	_, err = d.RecordGun(ctx, boss, "10k", nil, gun)
	must(b.t, err)
	reads, err := d.PreviewReads("reads.csv", strings.NewReader(readsText), intake.Options{})
	must(b.t, err)
	must(b.t, d.TakeReads(ctx, boss, "reads.csv", reads.Reads, nil))
	return d
}

// other makes a second edition.
func (b *bench) other() {
	b.t.Helper()
	_, err := b.desks.Create(context.Background(), boss, "other.toml", []byte(strings.Replace(rulesText, "test-2025", "other-2025", 1)))
	must(b.t, err)
}

const password = "four calm little words"

// as makes an account with these roles and signs it in; the caller holds its
// cookie.
func (b *bench) as(login string, grants ...access.Grant) *caller {
	b.t.Helper()
	_, err := b.db.CreateAccount(context.Background(), boss, store.NewAccount{Login: login, Name: "Crew " + hex.EncodeToString([]byte(login)), Password: password, Grants: grants})
	must(b.t, err)
	c := &caller{bench: b, lang: "en"}
	w := c.post("/office/sign-in", url.Values{"login": {login}, "password": {password}})
	if w.Code != http.StatusSeeOther {
		b.t.Fatalf("sign-in of %s: %d %s", login, w.Code, w.Body)
	}
	c.cookie = w.Result().Cookies()[0]
	return c
}

func (b *bench) organiser() *caller {
	return b.as("boss", access.Grant{Edition: access.Everywhere, Role: access.Organiser})
}

// caller is one browser.
type caller struct {
	*bench
	cookie *http.Cookie
	lang   string
}

func (c *caller) do(r *http.Request) *httptest.ResponseRecorder {
	if c.cookie != nil {
		r.AddCookie(c.cookie)
	}
	r.Header.Set("Accept-Language", c.lang)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

func (c *caller) get(path string) *httptest.ResponseRecorder {
	return c.do(httptest.NewRequest("GET", path, nil))
}

// page is a page that must be there.
func (c *caller) page(path string) string {
	c.t.Helper()
	w := c.get(path)
	if w.Code != http.StatusOK {
		c.t.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func (c *caller) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(r)
}

// sent posts a form that must lead somewhere, and says where.
func (c *caller) sent(path string, form url.Values) string {
	c.t.Helper()
	w := c.post(path, form)
	if w.Code != http.StatusSeeOther {
		c.t.Fatalf("POST %s: %d %s", path, w.Code, words(w.Body.String()))
	}
	return w.Header().Get("Location")
}

// upload posts a file and says where its preview is.
func (c *caller) upload(path, name, content string) *httptest.ResponseRecorder {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", name)
	must(c.t, err)
	_, err = part.Write([]byte(content))
	must(c.t, err)
	must(c.t, m.Close())
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return c.do(r)
}

// staged uploads a file that is kept and gives the path of its preview.
func (c *caller) staged(path, name, content string) string {
	c.t.Helper()
	w := c.upload(path, name, content)
	if w.Code != http.StatusSeeOther {
		c.t.Fatalf("upload: %d %s", w.Code, words(w.Body.String()))
	}
	return w.Header().Get("Location")
}

var tags = regexp.MustCompile(`<[^>]*>`)

// words is the text of a page.
func words(page string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
}

func wants(t *testing.T, page string, parts ...string) {
	t.Helper()
	text := words(page)
	for _, p := range parts {
		if !strings.Contains(page, p) && !strings.Contains(text, p) {
			t.Errorf("the page lacks %q:\n%s", p, text)
		}
	}
}
