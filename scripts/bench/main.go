// Command bench runs the benchmarks and prints every reach the project claims
// beside what this machine measured just now: the median of several runs. A
// missed reach is marked and never fails anything: machines differ, and this
// one may be busy.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// reach is one claim: a figure taken from the benchmarks' medians, and its bound.
type reach struct {
	what  string
	value func(m measured) (float64, bool)
	unit  string
	bound float64
	least bool // the bound is a minimum
}

// measured is the median of each metric of each benchmark: "Score/runners=2000"
// to "ns/op" to value.
type measured map[string]map[string]float64

func metric(bench, unit string, scale float64) func(measured) (float64, bool) {
	return func(m measured) (float64, bool) {
		v, ok := m[bench][unit]
		return v * scale, ok
	}
}

func ratio(a, b, unit string) func(measured) (float64, bool) {
	return func(m measured) (float64, bool) {
		x, okx := m[a][unit]
		y, oky := m[b][unit]
		return x / y, okx && oky
	}
}

// perSecond turns a time per operation of n pieces into pieces per second.
func perSecond(bench string, n float64) func(measured) (float64, bool) {
	return func(m measured) (float64, bool) {
		v, ok := m[bench]["ns/op"]
		return n * 1e9 / v, ok
	}
}

var reaches = []reach{
	{"score 24,049 runners, 240,490 passings, from scratch", metric("Score/runners=24049", "ns/op", 1e-9), "s", 0.15, false},
	{"score 48,000 runners, 480,000 passings", metric("Score/runners=48000", "ns/op", 1e-9), "s", 0.25, false},
	{"score 1,000,000 runners, 10,000,000 passings", metric("ScoreMillion", "ns/op", 1e-9), "s", 8, false},
	{"  time per passing against 24,049 runners (linear: 1)", ratio("ScoreMillion", "Score/runners=24049", "ns/passing"), "x", 2, false},
	{"  memory it takes", metric("ScoreMillion", "MB-peak", 1), "MB", 3000, false},
	{"one more read to a corrected leaderboard, 2,000 runners", metric("OneRead/runners=2000", "ns/op", 1e-3), "us", 100, false},
	{"one more read to a corrected leaderboard, 48,000 runners", metric("OneRead/runners=48000", "ns/op", 1e-3), "us", 1000, false},
	{"one more ruling, 2,000 runners", metric("OneRuling/runners=2000", "ns/op", 1e-3), "us", 100, false},
	{"one more ruling, 48,000 runners", metric("OneRuling/runners=48000", "ns/op", 1e-3), "us", 1000, false},
	{"one chip given to another runner, 2,000 runners", metric("OneAssignment/runners=2000", "ns/op", 1e-3), "us", 100, false},
	{"one chip given to another runner, 48,000 runners", metric("OneAssignment/runners=48000", "ns/op", 1e-3), "us", 1000, false},
	{"replay of a logbook of 500,000 reads to the first leaderboard", metric("ReplayToLeaderboard", "ns/op", 1e-9), "s", 3, false},
	{"memory for 48,000 runners with 480,000 passings", metric("Memory", "MB-live", 1), "MB", 200, false},
	{"certificates as single files, 2 cores", perSecond("Certificate", 1), "/s", 300, true},
	{"print run of 2,000 certificates", metric("CertificateRun", "ns/op", 1e-9), "s", 3, false},

	{"durable holds, 3 quotas each, SQLite in full sync", metric("SaleHolds/sqlite", "x-one-commit", 1), "x one commit each", 8, true},
	{"  holds a second", metric("SaleHolds/sqlite", "holds/s", 1), "/s", 1000, true},
	{"  until every row stands in its table", metric("SaleHolds/sqlite", "filed/s", 1), "/s", 1000, true},
	{"the same on PostgreSQL, two nodes", metric("SaleHolds/postgres_two_nodes", "x-five-trips", 1), "x five trips", 10, true},
	{"  holds a second", metric("SaleHolds/postgres_two_nodes", "holds/s", 1), "/s", 1000, true},
	{"  until every row stands in its table", metric("SaleHolds/postgres_two_nodes", "filed/s", 1), "/s", 1000, true},
	{"over HTTP, 2,000 keep-alive clients on this machine", metric("HTTPHolds", "x-bare", 1), "x bare handler", 0.5, true},
	{"  holds a second until every row stands in its table", metric("HTTPHolds", "filed/s", 1), "/s", 1000, true},
	{"  slowest of a hundred", metric("HTTPHolds", "p99-ms", 1), "ms", 300, false},
	{"  answers that all is sold", metric("HTTPHolds", "soldout-x-bare", 1), "x bare handler", 0.8, true},
	{"joining a waiting list of 20,000", metric("SaleJoins/waiting=20000", "joins/s", 1), "/s", 1000, true},
	{"opening of a waiting room of 50,000: shuffled in", metric("Room", "shuffle-ms", 1e-3), "s", 1, false},
	{"  somebody's position", metric("Room", "ns/op", 1e-3), "us", 100, false},
	{"flood: 100,000 attempts on 500 units, proofs that failed", metric("TestSale_Flood", "failed", 1), "", 0, false},
	{"model: 200 random schedules, proofs that failed", metric("TestSale_Model", "failed", 1), "", 0, false},
}

func main() {
	count := flag.Int("count", 3, "runs of each benchmark; the median counts")
	only := flag.String("only", "", "only sets whose benchmarks have this in their names")
	verbose := flag.Bool("v", false, "show the benchmarks' own lines too")
	flag.Parse()
	m := measured{}
	for _, s := range []set{
		{"^Benchmark(Score|OneRead|OneRuling|OneAssignment|Memory|Certificate)$", "1s", []string{"scoring", "pdf", "app"}},
		{"^Benchmark(ScoreMillion|ReplayToLeaderboard|CertificateRun)$", "1x", []string{"scoring", "pdf", "app"}},
		{"^BenchmarkSaleHolds$", "20000x", []string{"store"}},
		{"^BenchmarkSaleJoins$", "4000x", []string{"store"}},
		{"^BenchmarkHTTPHolds$", "60000x", []string{"web/api"}},
		{"^BenchmarkRoom$", "1s", []string{"sale"}},
	} {
		if *only != "" && !strings.Contains(s.bench, *only) {
			continue
		}
		if err := run(m, s, *count, *verbose); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
	for _, test := range []string{"TestSale_Flood", "TestSale_Model"} {
		if *only == "" || strings.Contains(test, *only) {
			prove(m, test, "./internal/sale")
		}
	}
	print(os.Stdout, m)
}

// set is benchmarks that are run together, for so long, of some rooms.
type set struct {
	bench, benchtime string
	rooms            []string
}

// prove runs a test at its full size: a proof that fails counts one.
func prove(m measured, test, room string) {
	cmd := exec.Command("go", "test", "-count=1", "-run", "^"+test+"$", "-timeout", "60m", room)
	m[test] = map[string]float64{"failed": 0}
	if out, err := cmd.CombinedOutput(); err != nil {
		m[test]["failed"] = 1
		fmt.Fprintf(os.Stderr, "%s\n", out)
	}
}

func run(m measured, s set, count int, verbose bool) error {
	args := []string{"test", "-run", "^$", "-bench", s.bench, "-benchtime", s.benchtime,
		"-count", strconv.Itoa(count), "-timeout", "60m", "-p", "1"}
	for _, room := range s.rooms {
		args = append(args, "./internal/"+room)
	}
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	values := map[string]map[string][]float64{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if verbose {
			fmt.Println(lines.Text())
		}
		parse(lines.Text(), values)
	}
	if err := cmd.Wait(); err != nil {
		return err
	}
	for name, units := range values {
		m[name] = map[string]float64{}
		for unit, v := range units {
			slices.Sort(v)
			m[name][unit] = v[len(v)/2]
		}
	}
	return nil
}

// parse reads a line such as "BenchmarkScore/runners=2000-2  10  7879627 ns/op".
func parse(line string, into map[string]map[string][]float64) {
	f := strings.Fields(line)
	if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
		return
	}
	name := strings.TrimPrefix(f[0], "Benchmark")
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		name = name[:i]
	}
	if into[name] == nil {
		into[name] = map[string][]float64{}
	}
	for i := 2; i+1 < len(f); i += 2 {
		if v, err := strconv.ParseFloat(f[i], 64); err == nil {
			into[name][f[i+1]] = append(into[name][f[i+1]], v)
		}
	}
}

func print(w io.Writer, m measured) {
	fmt.Fprintf(w, "\n%d processors, %s %s/%s; medians\n\n", runtime.GOMAXPROCS(0), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(w, "| %-64s | %12s | %12s | %-6s |\n", "what", "measured", "reach", "")
	fmt.Fprintf(w, "| %s | %s: | %s: | %s |\n", strings.Repeat("-", 64), strings.Repeat("-", 11), strings.Repeat("-", 11), strings.Repeat("-", 6))
	for _, r := range reaches {
		v, ok := r.value(m)
		if !ok {
			fmt.Fprintf(w, "| %-64s | %12s | %12s | %-6s |\n", r.what, "not run", figure(r.bound)+" "+r.unit, "")
			continue
		}
		verdict := "holds"
		if v > r.bound != r.least {
			verdict = "missed"
		}
		fmt.Fprintf(w, "| %-64s | %12s | %12s | %-6s |\n", r.what, figure(v)+" "+r.unit, figure(r.bound)+" "+r.unit, verdict)
	}
}

func figure(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
