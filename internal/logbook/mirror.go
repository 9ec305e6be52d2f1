package logbook

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"stadion/internal/fault"
)

// Mirror writes every line of a log into a plain file as it comes: the copy of
// the record that needs no database to be read. The file is a logbook file
// without trailer; VerifyFile, Import and Export understand it. It is safe for
// concurrent use by one process.
type Mirror struct {
	Path    string // of the file; made, with its folder, when absent
	Edition string

	mu       sync.Mutex
	file     *os.File
	known    map[lineKey]struct{}
	problems fault.List
	buf      []byte
	offset   int64 // after the last line known to be whole
}

// lineKey tells lines apart, forks too.
type lineKey struct {
	id   ID
	hash Hash
}

// Open makes the file ready. What a power cut left after the last good line is
// moved to the end of Path.torn, never deleted; damage further up stays where
// it is and is listed by Problems. Open is called by the first Append where
// the caller does not. Faults: logbook.disk; logbook.not_a_logbook,
// logbook.version, logbook.edition_other and logbook.sealed for a file this
// mirror must not write to, which is left as it is.
func (m *Mirror) Open() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open()
}

func (m *Mirror) open() error {
	if m.file != nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(m.Path), 0o755); err != nil {
		return m.disk(err)
	}
	file, err := os.OpenFile(m.Path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return m.disk(err)
	}
	if err := m.resume(file); err != nil {
		_ = file.Close()
		return err
	}
	m.file = file
	return nil
}

// resume reads what the file holds, moves a torn tail aside and leaves the
// file positioned at its end.
func (m *Mirror) resume(file *os.File) error {
	m.known = map[lineKey]struct{}{}
	start := int64(len(appendHeader(nil, header{Edition: m.Edition})) + 1)
	good := int64(0)
	rep := check(m.Path, file, func(l Line, _ []byte, end int64) {
		m.known[lineKey{l.ID, l.Hash}], good = struct{}{}, end
	})
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return m.disk(err)
	}
	if err := m.mine(rep, size); err != nil {
		return err
	}
	if good == 0 && size >= start && len(rep.Problems) == 0 {
		good = start // a header and no whole line
	}
	if size > good || good > 0 && !endsLine(file, good) {
		if good, err = m.cut(file, good, size); err != nil {
			return err
		}
	}
	m.offset = good
	if m.problems = rep.Problems; size == 0 {
		m.problems = nil // a new file
	}
	if good == 0 {
		return m.write(file, append(appendHeader(m.buf[:0], header{Edition: m.Edition}), '\n'))
	}
	return nil
}

// mine reports why this mirror must not write to the file, if so.
func (m *Mirror) mine(rep Report, size int64) error {
	if size == 0 {
		return nil
	}
	if rep.Sealed {
		return bad("sealed", fault.Args{"where": m.Path, "file": m.Path})
	}
	for _, p := range rep.Problems {
		switch p.Code {
		case "logbook.not_a_logbook", "logbook.version", "logbook.disk":
			return p
		}
	}
	// A header that is cut or damaged names no edition; the path says whose it is.
	readable := len(rep.Problems) == 0 || rep.Problems[0].Args["line"] != 1
	if rep.Edition != m.Edition && readable {
		return bad("edition_other", fault.Args{"where": m.Path, "file": m.Path, "edition": rep.Edition, "other": m.Edition})
	}
	return nil
}

func endsLine(file *os.File, end int64) bool {
	var b [1]byte
	_, err := file.ReadAt(b[:], end-1)
	return err == nil && b[0] == '\n'
}

// cut moves everything after good into Path.torn and gives the new end. A last
// line that lacks only its line feed is whole: it gets one.
func (m *Mirror) cut(file *os.File, good, size int64) (int64, error) {
	if size > good {
		if err := m.aside(io.NewSectionReader(file, good, size-good)); err != nil {
			return 0, m.disk(err)
		}
		if err := errors.Join(file.Truncate(good), file.Sync()); err != nil {
			return 0, m.disk(err)
		}
	}
	if good > 0 && !endsLine(file, good) {
		if _, err := file.WriteAt([]byte{'\n'}, good); err != nil {
			return 0, m.disk(err)
		}
		good++
	}
	return good, nil
}

func (m *Mirror) aside(r io.Reader) error {
	torn, err := os.OpenFile(m.Path+".torn", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(torn, r)
	return errors.Join(err, torn.Sync(), torn.Close(), syncDir(m.Path))
}

// syncDir makes a new file's name durable. Systems that cannot flush a folder
// do so on their own.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	if err := dir.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return errors.Join(err, dir.Close())
	}
	return dir.Close()
}

// write appends bytes and flushes them. After a failure the file is cut back
// to where it was, so that the next line does not continue half a line.
func (m *Mirror) write(file *os.File, b []byte) error {
	_, err := file.WriteAt(b, m.offset)
	if err == nil {
		err = file.Sync()
	}
	if err == nil && m.offset == 0 {
		err = syncDir(m.Path)
	}
	if err != nil {
		return m.disk(errors.Join(err, file.Truncate(m.offset)))
	}
	m.offset += int64(len(b))
	return nil
}

// Append writes a line and returns when it is on the disk. A line the file
// holds already is not written again, so that a log may be replayed into it
// from the start. Lines of several calls can be written at once: AppendAll.
func (m *Mirror) Append(l Line) error { return m.AppendAll([]Line{l}) }

// AppendAll is Append for several lines with one flush.
func (m *Mirror) AppendAll(lines []Line) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.open(); err != nil {
		return err
	}
	m.buf = m.buf[:0]
	fresh := map[lineKey]struct{}{}
	for _, l := range lines {
		key := lineKey{l.ID, l.Hash}
		if _, known := m.known[key]; known {
			continue
		}
		if _, twice := fresh[key]; twice {
			continue
		}
		fresh[key] = struct{}{}
		m.buf = append(AppendLine(m.buf, l), '\n')
	}
	if len(m.buf) == 0 {
		return nil
	}
	if err := m.write(m.file, m.buf); err != nil {
		return err
	}
	maps.Copy(m.known, fresh)
	return nil
}

// Problems is what Open found wrong with the file; the torn tail that it moved
// aside is among it.
func (m *Mirror) Problems() fault.List {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.problems
}

// Close closes the file. A closed mirror opens again with the next Append.
func (m *Mirror) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file == nil {
		return nil
	}
	err := m.file.Close()
	m.file = nil
	if err != nil {
		return m.disk(err)
	}
	return nil
}

func (m *Mirror) disk(err error) error {
	return fault.Wrap(fault.Unavailable, "logbook.disk", err, fault.Args{"where": m.Path, "file": m.Path})
}
