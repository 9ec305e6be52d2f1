package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"stadion/internal/app"
)

// TestMain lets the scripts run this test binary as the program itself.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stadion": main})
}

// TestScript drives the real program with real files: testdata/script.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("STADION_LANG", "en")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			return cond == "full" && !testing.Short(), nil
		},
	})
	if app.Version == "" {
		t.Fatal("the program has no version")
	}
}
