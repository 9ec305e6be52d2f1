package office

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/web/site"
)

// kind is a kind of file that the office takes in.
type kind struct {
	Word    string // in the database and in sentences
	Path    string // in addresses
	Needs   access.Permission
	Example string // name of the example file
	Line    string // the columns, "" for a file that is no table
}

// The kinds.
var (
	kindStartList = kind{"start_list", "start-list", access.StartlistImport, "start-list.csv",
		"bib,chip,race,wave,family_name,given_name,printed_name,sex,birth_date,age,country,class,club"}
	kindReads   = kind{"reads", "reads", access.ReadsImport, "reads.csv", "point,chip,at,box,seq,antenna,rssi"}
	kindRulings = kind{"rulings", "rulings", access.RulingMake, "rulings.csv", "bib,race,kind,value,rule,note,by"}
	kindEdition = kind{"edition", "edition", access.EditionEdit, "edition.toml", ""}
)

var kinds = []kind{kindStartList, kindReads, kindRulings, kindEdition}

// UploadLimit is the largest file that is taken, in bytes.
const UploadLimit = 256 << 20

// Intake is the handlers of one kind of file.
type Intake struct {
	m *Room
	k kind
}

// StartList takes in start lists.
func (m *Room) StartList() Intake { return Intake{m, kindStartList} }

// Reads takes in files of reads.
func (m *Room) Reads() Intake { return Intake{m, kindReads} }

// RulingFile takes in files of rulings.
func (m *Room) RulingFile() Intake { return Intake{m, kindRulings} }

// EditionFile takes in new rules of an edition.
func (m *Room) EditionFile() Intake { return Intake{m, kindEdition} }

type importView struct {
	place
	Kind  kind
	Kinds []kind // those the caller may bring in
	Form  *site.Form
	Limit int // MB
}

// Import answers GET /office/e/{edition}/import: it leads to the first kind the
// caller may bring in, back to the dashboard where there is none.
func (m *Room) Import(c *site.Call) error {
	p, err := m.at(c, "import")
	if err != nil {
		return err
	}
	may := p.mayImport()
	if len(may) == 0 {
		return c.Redirect(p.Base())
	}
	first := may[0]
	if !p.Ready() {
		first = may[len(may)-1]
	}
	return c.Redirect(p.importPath(first))
}

func (p place) mayImport() (out []kind) {
	for _, k := range kinds {
		if p.Can(string(k.Needs)) {
			out = append(out, k)
		}
	}
	return out
}

// CanImport reports whether there is anything the actor may bring in.
func (p place) CanImport() bool { return p.Desk != nil && len(p.mayImport()) > 0 }

func (p place) importPath(k kind) string { return p.Base() + "/import/" + k.Path }

// Link is where the kind is brought in.
func (v importView) Link(k kind) string { return v.importPath(k) }

// Form answers GET …/import/KIND.
func (in Intake) Form(c *site.Call) error {
	p, err := in.m.at(c, "import")
	if err != nil {
		return err
	}
	return in.show(c, p, site.NewForm(nil))
}

func (in Intake) show(c *site.Call, p place, f *site.Form) error {
	v := importView{place: p, Kind: in.k, Kinds: p.mayImport(), Form: f, Limit: UploadLimit >> 20}
	return c.Render(f.Status(), "import", p.Title(c.T("office.import."+in.k.Word)), v)
}

// Upload answers POST …/import/KIND: the file is kept, and looked at next.
func (in Intake) Upload(c *site.Call) error {
	p, err := in.m.at(c, "import")
	if err != nil {
		return err
	}
	u, err := in.m.stage(c, p.Desk.Edition, in.k)
	if err != nil {
		f := site.NewForm(nil)
		if err := f.Add(err); err != nil {
			return err
		}
		return in.show(c, p, f)
	}
	in.m.preview(c, p, in.k, u, false).wait(400 * time.Millisecond)
	return c.Redirect(p.importPath(in.k) + "/" + u.ID)
}

// stage reads the file of a posted form and keeps it.
func (m *Room) stage(c *site.Call, edition string, k kind) (Upload, error) {
	name, content, err := file(c.R)
	if err != nil {
		return Upload{}, err
	}
	return m.Uploads.Stage(c.R.Context(), c.Actor, edition, k.Word, name, content)
}

// file is the name and the content of the form's one file.
func file(r *http.Request) (name string, content []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, fault.Wrap(fault.Invalid, "web.body_malformed", err, nil)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, fault.New(fault.Invalid, "office.no_file", nil).On("file")
		}
		if err != nil {
			return "", nil, sendFault(err)
		}
		if part.FormName() != "file" {
			continue
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return "", nil, sendFault(err)
		}
		name := fileName(part.Header.Get("Content-Disposition"))
		if name == "" || len(content) == 0 {
			return "", nil, fault.New(fault.Invalid, "office.no_file", nil).On("file")
		}
		return name, content, nil
	}
}

func sendFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.Wrap(fault.Invalid, "office.file_large", err, fault.Args{"mb": UploadLimit >> 20}).On("file")
	}
	return fault.Wrap(fault.Invalid, "web.body_malformed", err, nil)
}

// fileName is the name a browser gave, without folders and control characters.
func fileName(disposition string) string {
	_, params, err := mime.ParseMediaType(disposition)
	if err != nil {
		return ""
	}
	name := path.Base(strings.ReplaceAll(params["filename"], `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name == "." || name == "/" {
		return ""
	}
	return name
}

type previewView struct {
	place
	Kind   kind
	Upload Upload
	Path   string // of the upload's page
	Job    *job
	report
	*preview
	Keep bool
}

// Preview answers GET …/import/KIND/{upload}: what the file would change, or how
// far looking at it has come.
func (in Intake) Preview(c *site.Call) error {
	p, err := in.m.at(c, "import")
	if err != nil {
		return err
	}
	u, err := in.m.upload(c, p.Desk.Edition, in.k)
	if err != nil {
		return err
	}
	return in.m.showPreview(c, p, in.k, u, p.importPath(in.k)+"/"+u.ID)
}

func (m *Room) showPreview(c *site.Call, p place, k kind, u Upload, base string) error {
	keep := c.Query("keep") != "" && k.Line != "" // an edition is taken whole
	j := m.preview(c, p, k, u, keep)
	j.wait(400 * time.Millisecond)
	v := previewView{place: p, Kind: k, Upload: u, Path: base, Job: j, report: j.report(), Keep: keep, preview: &preview{}}
	if v.State == jobFailed && fault.KindOf(v.Err) == fault.Internal {
		return v.Err
	}
	if v.State == jobDone {
		j.mu.Lock()
		v.preview, _ = j.result.(*preview)
		j.mu.Unlock()
	}
	return c.Render(200, "preview", p.Title(u.Name), v)
}

// upload is the staged file the path names, if it is of this kind.
func (m *Room) upload(c *site.Call, edition string, k kind) (Upload, error) {
	u, err := m.Uploads.Upload(c.R.Context(), edition, c.Path("upload"))
	if err == nil && u.Kind != k.Word {
		err = fault.New(fault.NotFound, "office.no_such_upload", nil)
	}
	return u, err
}

// Rejected answers GET …/import/KIND/{upload}/rejected.csv: the rows that would
// not be taken, and why.
func (in Intake) Rejected(c *site.Call) error {
	p, err := in.m.at(c, "import")
	if err != nil {
		return err
	}
	u, err := in.m.upload(c, p.Desk.Edition, in.k)
	if err != nil {
		return err
	}
	j := in.m.preview(c, p, in.k, u, true)
	select {
	case <-j.ended:
	case <-c.R.Context().Done():
		return c.R.Context().Err()
	}
	v, ok := j.result.(*preview)
	if !ok || v.Report == nil {
		return fault.New(fault.NotFound, "office.no_such_upload", nil)
	}
	var b strings.Builder
	if err := v.Report.WriteRejected(&b, c.Fault); err != nil {
		return err
	}
	return attach(c, u.Name+".rejected.csv", "text/csv; charset=utf-8", []byte(b.String()))
}

// Discard answers POST …/import/KIND/{upload}/discard.
func (in Intake) Discard(c *site.Call) error {
	p, err := in.m.at(c, "import")
	if err != nil {
		return err
	}
	if _, err := in.m.upload(c, p.Desk.Edition, in.k); err != nil {
		return err
	}
	in.m.jobs.drop(c.Path("upload"))
	if err := in.m.Uploads.Discard(c.R.Context(), c.Actor, p.Desk.Edition, c.Path("upload")); err != nil {
		return err
	}
	c.Flash(site.Good, "office.import.discarded")
	return c.Redirect(p.importPath(in.k))
}

// Current answers GET …/import/edition/current.toml: the edition's file as it
// stands.
func (in Intake) Current(c *site.Call) error {
	text, err := in.m.Editions.File(c.R.Context(), c.Path("edition"))
	if err != nil {
		return err
	}
	return attach(c, c.Path("edition")+".toml", "application/toml; charset=utf-8", text)
}

// Size is the size of the file as people read it.
func (v previewView) Size() string {
	n := len(v.Upload.Bytes)
	if n < 10<<10 {
		return strconv.Itoa(n) + " B"
	}
	if n < 10<<20 {
		return strconv.Itoa(n>>10) + " KB"
	}
	return strconv.Itoa(n>>20) + " MB"
}
