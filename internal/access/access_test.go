package access

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/lang"
)

// matrix is who may do what, written a second time and by hand: a change of
// the table must be meant. Columns: nobody, an account without a role, then
// the roles at the edition. y = may, n = Forbidden, s = must sign in,
// 0 = NotFound.
const matrix = `
                    nobody none organiser timekeeper referee announcer viewer
public              y      y    y         y          y       y         y
office.enter        s      y    y         y          y       y         y
account.own         s      y    y         y          y       y         y
office.read         s      0    y         y          y       y         y
results.read        s      0    y         y          y       y         y
startlist.read      s      0    y         y          y       y         n
reads.read          s      0    y         y          y       n         n
problem.read        s      0    y         y          y       n         n
audit.read          s      0    y         n          y       n         n
startlist.import    s      0    y         y          n       n         n
reads.import        s      0    y         y          n       n         n
gun.record          s      0    y         y          n       n         n
clock.record        s      0    y         y          n       n         n
chip.assign         s      0    y         y          y       n         n
ruling.make         s      0    y         n          y       n         n
note.write          s      0    y         y          y       y         n
protest.lodge       s      0    y         y          y       n         n
results.publish     s      0    y         y          y       n         n
results.official    s      0    y         n          y       n         n
logbook.export      s      0    y         y          y       n         n
logbook.import      s      0    y         y          n       n         n
certificate.make    s      0    y         y          n       n         n
edition.edit        s      0    y         n          n       n         n
edition.archive     s      0    y         n          n       n         n
edition.create      s      n    n         n          n       n         n
account.manage      s      n    n         n          n       n         n
setting.edit        s      n    n         n          n       n         n
`

var answers = map[string]fault.Kind{"n": fault.Forbidden, "s": fault.Unauthenticated, "0": fault.NotFound}

func TestCan_MatrixOfRolesAndPermissions(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	columns := strings.Fields(lines[0])
	seen := map[Permission]bool{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		p := Permission(cells[0])
		seen[p] = true
		for i, column := range columns {
			t.Run(cells[0]+"/"+column, func(t *testing.T) {
				expect(t, Can(columnActor(column, "here"), p, "here"), cells[i+1])
			})
		}
	}
	for _, p := range Permissions() {
		if !seen[p] {
			t.Errorf("%s is in the table but not in the matrix", p)
		}
	}
}

func columnActor(column, edition string) Actor {
	switch column {
	case "nobody":
		return Actor{}
	case "none":
		return Actor{Account: "a"}
	}
	return Actor{Account: "a", Grants: []Grant{{edition, Role(column)}}}
}

func expect(t *testing.T, err error, cell string) {
	t.Helper()
	if cell == "y" {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	if err == nil || fault.KindOf(err) != answers[cell] {
		t.Errorf("got %v, want a fault of kind %d", err, answers[cell])
	}
}

func TestCan_ForeignEditionIsNotFoundForEveryRole(t *testing.T) {
	for _, role := range Roles {
		for _, r := range table {
			if r.scope != atEdition {
				continue
			}
			err := Can(Actor{Account: "a", Grants: []Grant{{"here", role}}}, r.permission, "elsewhere")
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s, %s at a foreign edition: %v", role, r.permission, err)
			}
		}
	}
}

func TestCan_OrganiserEverywhereMayDoEverything(t *testing.T) {
	for _, a := range []Actor{System("demo"), {Account: "a", Grants: []Grant{{Everywhere, Organiser}}}} {
		for _, p := range Permissions() {
			for _, edition := range []string{"here", Everywhere} {
				if err := Can(a, p, edition); err != nil {
					t.Errorf("%s at %q: %v", p, edition, err)
				}
			}
		}
	}
}

func TestCan_InstallationNeedsARoleHeldEverywhere(t *testing.T) {
	a := Actor{Account: "a", Grants: []Grant{{"here", Organiser}}}
	for _, edition := range []string{"here", Everywhere} {
		if err := Can(a, AccountManage, edition); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("account.manage at %q for an organiser of one edition: %v", edition, err)
		}
	}
}

func TestCan_NoEditionNamedNeedsARoleHeldEverywhere(t *testing.T) {
	one := Actor{Account: "a", Grants: []Grant{{"here", Referee}}}
	all := Actor{Account: "a", Grants: []Grant{{Everywhere, Referee}}}
	if err := Can(one, AuditRead, Everywhere); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("referee of one edition reads the whole audit log: %v", err)
	}
	if err := Can(all, AuditRead, Everywhere); err != nil {
		t.Errorf("referee of all editions: %v", err)
	}
}

func TestCan_UnknownPermissionIsAMistakeInTheProgram(t *testing.T) {
	if err := Can(System("x"), "no.such", "here"); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %v", err)
	}
}

func TestCan_UnknownRoleGivesNothing(t *testing.T) {
	a := Actor{Account: "a", Grants: []Grant{{"here", "king"}}}
	if err := Can(a, OfficeRead, "here"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestRoles_EveryoneOnceInTheOrderOffered(t *testing.T) {
	a := Actor{Account: "a", Grants: []Grant{{"e", Viewer}, {Everywhere, Referee}, {"e", Referee}, {"f", Organiser}}}
	if got := fmt.Sprint(a.Roles("e")); got != "[referee viewer]" {
		t.Errorf("Roles(e) = %s", got)
	}
	if got := fmt.Sprint(a.Roles(Everywhere)); got != "[referee]" {
		t.Errorf("Roles(Everywhere) = %s", got)
	}
}

func TestMessages_EveryRoleAndFaultHasASentence(t *testing.T) {
	for _, r := range Roles {
		if !r.Known() || !lang.Has("role."+string(r)) {
			t.Errorf("role %s has no sentence", r)
		}
	}
	for _, p := range Permissions() {
		if !p.Known() || !lang.Has("permission."+string(p)) {
			t.Errorf("permission %s has no sentence", p)
		}
	}
	for _, file := range []string{"access.go", "password.go", "hash.go"} {
		for _, code := range codesIn(t, file) {
			if !lang.Has("fault." + code) {
				t.Errorf("%s: fault %s has no sentence", file, code)
			}
		}
	}
}

// codesIn are the quoted "access.…" words of a source file.
func codesIn(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, s := range strings.Split(string(b), `"`) {
		if i%2 == 1 && strings.HasPrefix(s, "access.") {
			out = append(out, s)
		}
	}
	return out
}
