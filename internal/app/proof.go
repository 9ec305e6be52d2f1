package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"stadion/internal/fault"
	"stadion/internal/sale"
)

type proofCmd struct {
	File string `arg:"" help:"proof.json of a draw or of a waiting room, from the public pages."`
}

// Run recomputes a proof, on any machine and without the office.
func (c *proofCmd) Run(r *run) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fault.Wrap(fault.Invalid, "app.file_open", err, fault.Args{"file": c.File, "why": reasonOf(err)})
	}
	n, err := recompute(text)
	switch {
	case errors.Is(err, errNoProof):
		return fault.Wrap(fault.Invalid, "app.proof_form", err, fault.Args{"file": c.File})
	case err != nil:
		return err
	}
	fmt.Fprintln(r.Stdout, r.say.T("app.proof_holds", "n", n))
	return nil
}

var errNoProof = errors.New("neither a draw's proof nor a waiting room's")

// recompute says how many tickets a proof is about, once it was found to hold.
func recompute(text []byte) (int, error) {
	var both struct {
		Applications []sale.Application `json:"applications"`
		Tickets      []string           `json:"tickets"`
	}
	err := json.Unmarshal(text, &both)
	switch {
	case err != nil:
	case len(both.Applications) > 0:
		var p sale.DrawProof
		if err = json.Unmarshal(text, &p); err == nil {
			return len(p.Order), sale.VerifyDraw(p)
		}
	case len(both.Tickets) > 0:
		var p sale.RoomProof
		if err = json.Unmarshal(text, &p); err == nil {
			return len(p.Tickets), sale.VerifyRoom(p)
		}
	}
	return 0, errors.Join(errNoProof, err)
}
