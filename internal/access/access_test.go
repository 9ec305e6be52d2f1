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
                    nobody none organiser timekeeper referee announcer viewer desk treasurer partner
public              y      y    y         y          y       y         y      y    y         y
office.enter        s      y    y         y          y       y         y      y    y         y
account.own         s      y    y         y          y       y         y      y    y         y
office.read         s      0    y         y          y       y         y      y    y         n
results.read        s      0    y         y          y       y         y      n    n         n
startlist.read      s      0    y         y          y       y         n      n    n         n
reads.read          s      0    y         y          y       n         n      n    n         n
problem.read        s      0    y         y          y       n         n      n    n         n
audit.read          s      0    y         n          y       n         n      n    n         n
startlist.import    s      0    y         y          n       n         n      n    n         n
reads.import        s      0    y         y          n       n         n      n    n         n
gun.record          s      0    y         y          n       n         n      n    n         n
clock.record        s      0    y         y          n       n         n      n    n         n
chip.assign         s      0    y         y          y       n         n      n    n         n
ruling.make         s      0    y         n          y       n         n      n    n         n
note.write          s      0    y         y          y       y         n      n    n         n
protest.lodge       s      0    y         y          y       n         n      n    n         n
results.publish     s      0    y         y          y       n         n      n    n         n
results.official    s      0    y         n          y       n         n      n    n         n
logbook.export      s      0    y         y          y       n         n      n    n         n
logbook.import      s      0    y         y          n       n         n      n    n         n
certificate.make    s      0    y         y          n       n         n      n    n         n
edition.edit        s      0    y         n          n       n         n      n    n         n
edition.archive     s      0    y         n          n       n         n      n    n         n
edition.create      s      n    n         n          n       n         n      n    n         n
account.manage      s      n    n         n          n       n         n      n    n         n
setting.edit        s      n    n         n          n       n         n      n    n         n
sale.read           s      0    y         n          n       n         n      y    y         y
sale.order          s      0    y         n          n       n         n      y    n         y
sale.approve        s      0    y         n          n       n         n      y    n         n
sale.cancel         s      0    y         n          n       n         n      y    n         y
sale.list           s      0    y         n          n       n         n      y    n         n
sale.money          s      0    y         n          n       n         n      n    y         n
sale.refund         s      0    y         n          n       n         n      n    y         n
sale.bank           s      0    y         n          n       n         n      n    y         n
sale.catalogue      s      0    y         n          n       n         n      n    n         n
sale.state          s      0    y         n          n       n         n      n    n         n
sale.export         s      0    y         n          n       n         n      y    y         y
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
	return Actor{Account: "a", Grants: []Grant{{Edition: edition, Role: Role(column)}}}
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
			err := Can(Actor{Account: "a", Grants: []Grant{{Edition: "here", Role: role}}}, r.permission, "elsewhere")
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s, %s at a foreign edition: %v", role, r.permission, err)
			}
		}
	}
}

func TestCan_OrganiserEverywhereMayDoEverything(t *testing.T) {
	for _, a := range []Actor{System("demo"), {Account: "a", Grants: []Grant{{Edition: Everywhere, Role: Organiser}}}} {
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
	a := Actor{Account: "a", Grants: []Grant{{Edition: "here", Role: Organiser}}}
	for _, edition := range []string{"here", Everywhere} {
		if err := Can(a, AccountManage, edition); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("account.manage at %q for an organiser of one edition: %v", edition, err)
		}
	}
}

func TestCan_NoEditionNamedNeedsARoleHeldEverywhere(t *testing.T) {
	one := Actor{Account: "a", Grants: []Grant{{Edition: "here", Role: Referee}}}
	all := Actor{Account: "a", Grants: []Grant{{Edition: Everywhere, Role: Referee}}}
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
	a := Actor{Account: "a", Grants: []Grant{{Edition: "here", Role: "king"}}}
	if err := Can(a, OfficeRead, "here"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestRoles_EveryoneOnceInTheOrderOffered(t *testing.T) {
	a := Actor{Account: "a", Grants: []Grant{{Edition: "e", Role: Viewer}, {Edition: Everywhere, Role: Referee}, {Edition: "e", Role: Referee}, {Edition: "f", Role: Organiser}}}
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

// A partner's permission reaches over its own alone; another role of the same
// person over everything.
func TestReach_APartnerSeesItsOwnAlone(t *testing.T) {
	partner := Grant{Edition: "here", Role: Partner, Partner: "koryo"}
	second := Grant{Edition: Everywhere, Role: Partner, Partner: "ablaze"}
	desk := Grant{Edition: "here", Role: Desk}
	for _, c := range []struct {
		name       string
		grants     []Grant
		p          Permission
		edition    string
		everything bool
		partners   string
	}{
		{"a partner", []Grant{partner}, SaleRead, "here", false, "[koryo]"},
		{"of two", []Grant{partner, second}, SaleOrder, "here", false, "[ablaze koryo]"},
		{"elsewhere", []Grant{partner}, SaleRead, "elsewhere", false, "[]"},
		{"with the desk as well", []Grant{partner, desk}, SaleRead, "here", true, "[]"},
		{"the desk does not refund", []Grant{partner, desk}, SaleRefund, "here", false, "[]"},
		{"a grant without a partner reaches nothing", []Grant{{Edition: "here", Role: Partner}}, SaleRead, "here", false, "[]"},
		{"the organiser", []Grant{{Edition: "here", Role: Organiser}}, SaleState, "here", true, "[]"},
		{"everybody", nil, Public, "here", true, "[]"},
	} {
		everything, partners := Reach(Actor{Account: "a", Grants: c.grants}, c.p, c.edition)
		if everything != c.everything || fmt.Sprint(partners) != c.partners {
			t.Errorf("%s: %v %v", c.name, everything, partners)
		}
	}
}
