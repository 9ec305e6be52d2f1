package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// serverVariable names a PostgreSQL that is already there, as a URL of a user
// who may create databases; for machines where none can be started.
const serverVariable = "STADION_TEST_POSTGRES"

var processID = os.Getpid()

// server is the address of the test server, started by the first who asks.
var server = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(serverVariable); given != "" {
		return given, nil
	}
	return start()
})

// binary finds a program of PostgreSQL: in PATH, or where Debian and Homebrew
// keep it, the newest version first.
func binary(name string) (string, error) {
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/opt/homebrew/opt/postgresql*/bin/", "/usr/local/opt/postgresql*/bin/"} {
		found, err := filepath.Glob(pattern + name)
		if err != nil {
			return "", err
		}
		sort.Slice(found, func(i, j int) bool {
			a, b := found[i], found[j]
			return len(a) > len(b) || len(a) == len(b) && a > b // 15 is newer than 9
		})
		if len(found) > 0 {
			return found[0], nil
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return "", fmt.Errorf("the program %s is missing; on Debian it comes with: apt-get install postgresql (or set %s to the URL of a server that may be used)",
		name, serverVariable)
}

// keeper runs the server and ends it when its standard input closes, which
// happens when the test process ends, in whatever way; then it removes the
// folder. $1 is the server, $2 the folder.
const keeper = `"$1" -D "$2/data" & server=$!
while read line; do :; done
kill -INT $server; wait $server; rm -rf "$2"`

func start() (string, error) {
	initdb, err := binary("initdb")
	if err != nil {
		return "", err
	}
	postgres, err := binary("postgres")
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" {
		return "", fmt.Errorf("none is started on this system; set %s to the URL of a server that may be used", serverVariable)
	}
	dir, err := os.MkdirTemp("", "stadion-pg-")
	if err != nil {
		return "", err
	}
	if err := initialise(initdb, dir); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	log := filepath.Join(dir, "log")
	if err := launch(postgres, dir, log); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	address := (&url.URL{
		Scheme: "postgres", User: url.User("stadion"), Path: "/postgres", RawQuery: url.Values{"host": {dir}}.Encode(),
	}).String()
	if err := answers(address); err != nil {
		said, _ := os.ReadFile(log) // best effort: it explains the error
		return "", fmt.Errorf("%w; the server said:\n%s", err, said)
	}
	return address, nil
}

func initialise(initdb, dir string) error {
	if err := own(dir); err != nil {
		return err
	}
	cmd := exec.Command(initdb, "-D", filepath.Join(dir, "data"), "-U", "stadion", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if err := as(cmd, dir); err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	// Nothing of a test outlives the process: the disk need not be waited for.
	var conf bytes.Buffer
	for _, kv := range [][2]string{
		{"listen_addresses", "''"}, {"unix_socket_directories", "'" + dir + "'"}, {"fsync", "off"},
		{"full_page_writes", "off"}, {"max_connections", "200"}, {"shared_buffers", "'32MB'"}, {"autovacuum", "off"},
	} {
		fmt.Fprintf(&conf, "%s = %s\n", kv[0], kv[1])
	}
	f, err := os.OpenFile(filepath.Join(dir, "data", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.Write(conf.Bytes()); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

// held keeps the write end of the keeper's input open as long as the process.
var held *os.File

func launch(postgres, dir, log string) error {
	out, err := os.Create(log)
	if err != nil {
		return err
	}
	defer out.Close()
	in, hold, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	held = hold
	_ = held // only so that it is never collected: the keeper stops the server when it closes
	cmd := exec.Command("/bin/sh", "-c", keeper, "keeper", postgres, dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, out
	if err := as(cmd, dir); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}

// answers waits until the server does.
func answers(address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		}
	}
}
