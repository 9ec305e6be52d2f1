package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// killVariable makes this test binary the writer of an address.
const killVariable = "STADION_TEST_WRITE_UNTIL_KILLED"

// writeUntilKilled keeps editions from eight goroutines and says each one's id
// on standard output once its write was answered.
func writeUntilKilled(url string) int {
	db, err := store.Open(context.Background(), url, time.Now)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	failed := make(chan error)
	for g := range 8 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("p%d-g%d-i%d", os.Getpid(), g, i)
				_, err := db.CreateEdition(context.Background(), boss, store.Edition{ID: id, Date: "2025-04-06", Name: id})
				if err != nil {
					failed <- err
				}
				fmt.Println(id)
			}
		}()
	}
	fmt.Fprintln(os.Stderr, <-failed)
	return 1
}

func TestWrite_NothingAnsweredIsLostWhenTheProcessIsKilled(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		answered := map[string]bool{}
		for round := range 3 {
			for _, id := range killAfter(t, killVariable, url, 60+40*round) {
				answered[id] = true
			}
			db := storetest.Open(t, url, storetest.NewClock())
			kept, told := map[string]bool{}, map[string]bool{}
			must(t, db.Read(t.Context(), func(v *store.View) error {
				return gatherIDs(v, kept, told)
			}))
			for id := range answered {
				if !kept[id] {
					t.Errorf("round %d: %s was answered and is lost", round, id)
				}
			}
			for id := range kept {
				if !told[id] {
					t.Errorf("round %d: %s has no audit line", round, id)
				}
			}
			if len(kept) != len(told) {
				t.Errorf("round %d: %d editions, %d audit lines", round, len(kept), len(told))
			}
			must(t, db.Close())
		}
		t.Logf("%d answered writes, all there", len(answered))
	})
}

func gatherIDs(v *store.View, kept, told map[string]bool) error {
	into := func(set map[string]bool) func(scan func(...any) error) error {
		return func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			set[id] = true
			return err
		}
	}
	if err := v.Each(into(kept), `SELECT id FROM edition`); err != nil {
		return err
	}
	return v.Each(into(told), `SELECT subject FROM audit WHERE action = $1`, store.EditionCreate)
}

// killAfter runs the writer that the variable names and kills it without warning once n writes were
// answered; it returns all that were.
func killAfter(t *testing.T, variable, url string, n int) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable+"="+url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	var ids []string
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // what has no end of line was not said
		}
		ids = append(ids, strings.TrimSpace(line))
		if len(ids) == n {
			must(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // it was killed: that is its error
	if len(ids) < n {
		t.Fatalf("the writer ended after %d writes", len(ids))
	}
	return ids
}
