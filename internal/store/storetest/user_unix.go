//go:build unix

package storetest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// servant is who runs the server: PostgreSQL refuses to run as root, so then
// it is the user postgres or nobody. nil = whoever runs the test.
func servant() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("the test runs as root, and there is no user postgres or nobody to run the server as")
}

// own gives the folder to the servant.
func own(dir string) error {
	c, err := servant()
	if err != nil || c == nil {
		return err
	}
	return os.Chown(dir, int(c.Uid), int(c.Gid))
}

// as makes the command the servant's, in a folder it may stand in, and out of
// reach of a Ctrl-C at the terminal: the keeper ends it in order.
func as(cmd *exec.Cmd, dir string) error {
	c, err := servant()
	if err != nil {
		return err
	}
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c, Setpgid: true}
	return nil
}
