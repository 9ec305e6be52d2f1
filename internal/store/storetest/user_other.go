//go:build !unix

package storetest

import "os/exec"

func own(string) error { return nil }

func as(*exec.Cmd, string) error { return nil }
