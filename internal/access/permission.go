package access

// Permission names something that can be done. Every route, and every command
// that acts for a person, declares exactly one.
type Permission string

// The permissions. Who holds each stands in the table below and nowhere else.
const (
	Public          Permission = "public"           // pages for everybody
	OfficeEnter     Permission = "office.enter"     // the office's own front page, one's own editions
	AccountOwn      Permission = "account.own"      // one's own password and sessions
	OfficeRead      Permission = "office.read"      // an edition's state in the office
	ResultsRead     Permission = "results.read"     // lists before they are published
	StartlistRead   Permission = "startlist.read"   // starters with their birth dates and chips
	ReadsRead       Permission = "reads.read"       // raw reads and the verdict on each
	ProblemRead     Permission = "problem.read"     // what a person should look at
	AuditRead       Permission = "audit.read"       // who did what
	StartlistImport Permission = "startlist.import" // bring in a start list
	ReadsImport     Permission = "reads.import"     // bring in reads
	GunRecord       Permission = "gun.record"       // a start, or that it did not count
	ClockRecord     Permission = "clock.record"     // a comparison of a box's clock with true time
	ChipAssign      Permission = "chip.assign"      // which bib carries which chip
	RulingMake      Permission = "ruling.make"      // decisions of the referee
	NoteWrite       Permission = "note.write"       // a remark in the logbook
	ProtestLodge    Permission = "protest.lodge"    // take a protest down; the decision is a ruling
	ResultsPublish  Permission = "results.publish"  // a provisional revision
	ResultsOfficial Permission = "results.official" // an official revision
	LogbookExport   Permission = "logbook.export"   // the race's record as a file
	LogbookImport   Permission = "logbook.import"   // merge another record into it
	CertificateMake Permission = "certificate.make" // print runs of certificates
	EditionEdit     Permission = "edition.edit"     // the rules of the day
	EditionCreate   Permission = "edition.create"   // a new edition
	EditionArchive  Permission = "edition.archive"  // close an edition, open it again
	AccountManage   Permission = "account.manage"   // accounts and their roles
	SettingEdit     Permission = "setting.edit"     // what holds for the whole installation
	SaleRead        Permission = "sale.read"        // the sale's board and orders; a partner's: its own
	SaleOrder       Permission = "sale.order"       // sell, take names, swap and transfer
	SaleApprove     Permission = "sale.approve"     // write down the host's word on a person
	SaleCancel      Permission = "sale.cancel"      // give places back
	SaleList        Permission = "sale.list"        // the waiting list and its offers
	SaleMoney       Permission = "sale.money"       // the ledger of money, receipts taken by hand
	SaleRefund      Permission = "sale.refund"      // money back
	SaleBank        Permission = "sale.bank"        // bank statements
	SaleCatalogue   Permission = "sale.catalogue"   // what is sold, quotas and allocations
	SaleState       Permission = "sale.state"       // open, close, postpone, cancel
	SaleExport      Permission = "sale.export"      // orders and persons as files; a partner's: its own
)

// scope says what a permission is about, and so which grants count for it.
type scope uint8

const (
	anybody      scope = iota // nobody need be signed in
	signedIn                  // anybody who is signed in, with or without a role
	atEdition                 // a role at the edition
	installation              // a role held everywhere
)

// roleSet is a set of roles. The organiser is never named in one: see Can.
type roleSet []Role

func (s roleSet) has(r Role) bool {
	for _, k := range s {
		if k == r {
			return true
		}
	}
	return false
}

type rule struct {
	permission Permission
	scope      scope
	roles      roleSet // besides the organiser
}

// table is the whole of who may do what, in the order it is shown.
var table = []rule{
	{Public, anybody, nil},
	{OfficeEnter, signedIn, nil},
	{AccountOwn, signedIn, nil},

	{OfficeRead, atEdition, roleSet{Timekeeper, Referee, Announcer, Viewer, Desk, Treasurer}},
	{ResultsRead, atEdition, roleSet{Timekeeper, Referee, Announcer, Viewer}},
	{StartlistRead, atEdition, roleSet{Timekeeper, Referee, Announcer}},
	{ReadsRead, atEdition, roleSet{Timekeeper, Referee}},
	{ProblemRead, atEdition, roleSet{Timekeeper, Referee}},
	{AuditRead, atEdition, roleSet{Referee}},

	{StartlistImport, atEdition, roleSet{Timekeeper}},
	{ReadsImport, atEdition, roleSet{Timekeeper}},
	{GunRecord, atEdition, roleSet{Timekeeper}},
	{ClockRecord, atEdition, roleSet{Timekeeper}},
	{ChipAssign, atEdition, roleSet{Timekeeper, Referee}},
	{RulingMake, atEdition, roleSet{Referee}},
	{NoteWrite, atEdition, roleSet{Timekeeper, Referee, Announcer}},
	{ProtestLodge, atEdition, roleSet{Timekeeper, Referee}},
	{ResultsPublish, atEdition, roleSet{Timekeeper, Referee}},
	{ResultsOfficial, atEdition, roleSet{Referee}},
	{LogbookExport, atEdition, roleSet{Timekeeper, Referee}},
	{LogbookImport, atEdition, roleSet{Timekeeper}},
	{CertificateMake, atEdition, roleSet{Timekeeper}},
	{EditionEdit, atEdition, nil},

	{EditionCreate, installation, nil},
	{EditionArchive, atEdition, nil},
	{AccountManage, installation, nil},
	{SettingEdit, installation, nil},

	{SaleRead, atEdition, roleSet{Desk, Treasurer, Partner}},
	{SaleOrder, atEdition, roleSet{Desk, Partner}},
	{SaleApprove, atEdition, roleSet{Desk}},
	{SaleCancel, atEdition, roleSet{Desk, Partner}},
	{SaleList, atEdition, roleSet{Desk}},
	{SaleMoney, atEdition, roleSet{Treasurer}},
	{SaleRefund, atEdition, roleSet{Treasurer}},
	{SaleBank, atEdition, roleSet{Treasurer}},
	{SaleCatalogue, atEdition, nil},
	{SaleState, atEdition, nil},
	{SaleExport, atEdition, roleSet{Desk, Treasurer, Partner}},
}

var rules = func() map[Permission]rule {
	m := make(map[Permission]rule, len(table))
	for _, r := range table {
		m[r.permission] = r
	}
	return m
}()

// Permissions are all permissions in the order of the table.
func Permissions() []Permission {
	out := make([]Permission, len(table))
	for i, r := range table {
		out[i] = r.permission
	}
	return out
}

// Known reports whether p is in the table: a route must not register without.
func (p Permission) Known() bool {
	_, ok := rules[p]
	return ok
}
