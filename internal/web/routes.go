package web

import (
	"stadion/internal/access"
	"stadion/internal/web/api"
	"stadion/internal/web/office"
	"stadion/internal/web/public"
	"stadion/internal/web/shop"
	"stadion/internal/web/site"
)

// routes is the whole table: what is asked, who may ask, who answers.
// off is nil where there is no office, sho and pro where nothing is sold.
func routes(s *site.Site, pub *public.Room, off *office.Room, sho *shop.Room, pro *api.Room) []site.Route {
	out := officeRoutes(off)
	out = append(out, shopRoutes(sho)...)
	out = append(out, roomRoutes(sho)...)
	out = append(out, payRoutes(sho)...)
	out = append(out, apiRoutes(pro)...)
	return append(out, []site.Route{
		{Pattern: "GET /{$}", Permission: access.Public, Do: pub.Home},
		{Pattern: "GET /e/{edition}", Permission: access.Public, Do: pub.Edition},
		{Pattern: "GET /e/{edition}/results", Permission: access.Public, Do: pub.Results},
		{Pattern: "GET /e/{edition}/results.csv", Permission: access.Public, Do: pub.ResultsCSV},
		{Pattern: "GET /e/{edition}/results.json", Permission: access.Public, Do: pub.ResultsJSON},
		{Pattern: "GET /e/{edition}/runner/{bib}", Permission: access.Public, Do: pub.Runner},
		{Pattern: "GET /e/{edition}/runner/{bib}/why", Permission: access.Public, Do: pub.Why},
		{Pattern: "GET /e/{edition}/lists", Permission: access.Public, Do: pub.Standings},
		{Pattern: "GET /e/{edition}/lists/awards.pdf", Permission: access.Public, Do: pub.AwardsPDF},
		{Pattern: "GET /e/{edition}/lists/{list}", Permission: access.Public, Do: pub.Standing},
		{Pattern: "GET /e/{edition}/lists/{list}/list.csv", Permission: access.Public, Do: pub.StandingCSV},
		{Pattern: "GET /e/{edition}/lists/{list}/list.json", Permission: access.Public, Do: pub.StandingJSON},
		{Pattern: "GET /e/{edition}/lists/{list}/list.pdf", Permission: access.Public, Do: pub.StandingPDF},
		{Pattern: "GET /e/{edition}/live", Permission: access.Public, Do: pub.Live},
		{Pattern: "GET /e/{edition}/events", Permission: access.Public, Do: pub.Events},
		{Pattern: "GET /verify", Permission: access.Public, Do: pub.Verify},
		{Pattern: "GET /c/{code}", Permission: access.Public, Do: pub.Certificate},
		{Pattern: "GET /api/v1/editions", Permission: access.Public, Do: pub.EditionList},
		{Pattern: "GET /api/v1/editions/{edition}/results", Permission: access.Public, Do: pub.ResultList},

		{Pattern: "GET /healthz", Permission: access.Public, Do: pub.Health},
		{Pattern: "POST /theme", Permission: access.Public, Do: s.SetTheme},
		{Pattern: "/", Permission: access.Public, Do: pub.Nowhere},
	}...)
}

// Table is every route with its permission, for tests over all of them. Its
// handlers are not to be called.
func Table() []site.Route {
	return routes(&site.Site{}, &public.Room{}, &office.Room{}, &shop.Room{}, &api.Room{})
}

// officeRoutes is the office's part of the table.
func officeRoutes(off *office.Room) []site.Route {
	if off == nil {
		return nil
	}
	out := []site.Route{
		{Pattern: "GET " + office.SignInPath, Permission: access.Public, Do: off.SignInForm},
		{Pattern: "POST " + office.SignInPath, Permission: access.Public, Do: off.SignIn},
		{Pattern: "POST /office/sign-out", Permission: access.Public, Do: off.SignOut},
		{Pattern: "GET /office", Permission: access.OfficeEnter, Do: off.EditionList},
		{Pattern: "GET /office/password", Permission: access.AccountOwn, Do: off.PasswordForm},
		{Pattern: "POST /office/password", Permission: access.AccountOwn, Do: off.Password},
		{Pattern: "GET /office/example/edition.toml", Permission: access.OfficeEnter, Do: off.ExampleEdition},

		{Pattern: "GET /office/edition/new", Permission: access.EditionCreate, Do: off.EditionNew},
		{Pattern: "POST /office/edition/new", Permission: access.EditionCreate, Do: off.EditionUpload, Body: 2 << 20},
		{Pattern: "GET /office/edition/new/{upload}", Permission: access.EditionCreate, Do: off.EditionPreview},
		{Pattern: "POST /office/edition/new/{upload}/take", Permission: access.EditionCreate, Do: off.EditionCreate},
		{Pattern: "POST /office/edition/new/{upload}/discard", Permission: access.EditionCreate, Do: off.EditionDiscard},

		{Pattern: "GET /office/accounts", Permission: access.AccountManage, Do: off.AccountList},
		{Pattern: "GET /office/accounts/new", Permission: access.AccountManage, Do: off.AccountNew},
		{Pattern: "POST /office/accounts/new", Permission: access.AccountManage, Do: off.AccountCreate},
		{Pattern: "GET /office/accounts/{account}", Permission: access.AccountManage, Do: off.AccountEdit},
		{Pattern: "POST /office/accounts/{account}/roles", Permission: access.AccountManage, Do: off.AccountRoles},
		{Pattern: "POST /office/accounts/{account}/password", Permission: access.AccountManage, Do: off.AccountPassword},
		{Pattern: "POST /office/accounts/{account}/disable", Permission: access.AccountManage, Do: off.AccountDisable},
		{Pattern: "POST /office/accounts/{account}/enable", Permission: access.AccountManage, Do: off.AccountEnable},
		{Pattern: "GET /office/audit", Permission: access.AccountManage, Do: off.AuditAll},

		{Pattern: "GET /office/e/{edition}", Permission: access.OfficeRead, Do: off.Dashboard},
		{Pattern: "GET /office/e/{edition}/starters", Permission: access.StartlistRead, Do: off.Starters},
		{Pattern: "GET /office/e/{edition}/runner/{bib}", Permission: access.ReadsRead, Do: off.Evidence},
		{Pattern: "GET /office/e/{edition}/runner/{bib}/correct", Permission: access.StartlistImport, Do: off.CorrectForm},
		{Pattern: "POST /office/e/{edition}/runner/{bib}/correct", Permission: access.StartlistImport, Do: off.Correct},
		{Pattern: "GET /office/e/{edition}/problems", Permission: access.ProblemRead, Do: off.Problems},
		{Pattern: "GET /office/e/{edition}/moved", Permission: access.OfficeRead, Do: off.Moved},
		{Pattern: "GET /office/e/{edition}/audit", Permission: access.AuditRead, Do: off.Audit},

		{Pattern: "GET /office/e/{edition}/lists", Permission: access.StartlistRead, Do: off.Lists},
		{Pattern: "GET /office/e/{edition}/lists/{list}", Permission: access.StartlistRead, Do: off.List},
		{Pattern: "GET /office/e/{edition}/lists/{list}/list.csv", Permission: access.StartlistRead, Do: off.ListCSV},

		{Pattern: "GET /office/e/{edition}/guns", Permission: access.OfficeRead, Do: off.Guns},
		{Pattern: "GET /office/e/{edition}/guns/typed", Permission: access.GunRecord, Do: off.GunTyped},
		{Pattern: "POST /office/e/{edition}/guns", Permission: access.GunRecord, Do: off.GunRecord},
		{Pattern: "POST /office/e/{edition}/guns/now", Permission: access.GunRecord, Do: off.GunNow},
		{Pattern: "GET /office/e/{edition}/guns/{gun}/void", Permission: access.GunRecord, Do: off.GunVoidForm},
		{Pattern: "POST /office/e/{edition}/guns/{gun}/void", Permission: access.GunRecord, Do: off.GunVoid},
		{Pattern: "GET /office/e/{edition}/guns/{gun}/use", Permission: access.GunRecord, Do: off.GunUseForm},
		{Pattern: "POST /office/e/{edition}/guns/{gun}/use", Permission: access.GunRecord, Do: off.GunUse},
		{Pattern: "GET /office/e/{edition}/clocks", Permission: access.ReadsRead, Do: off.Clocks},
		{Pattern: "POST /office/e/{edition}/clocks", Permission: access.ClockRecord, Do: off.ClockRecord},
		{Pattern: "GET /office/e/{edition}/clocks/new", Permission: access.ClockRecord, Do: off.ClockForm},

		{Pattern: "GET /office/e/{edition}/rulings", Permission: access.ProblemRead, Do: off.Rulings},
		{Pattern: "POST /office/e/{edition}/rulings", Permission: access.RulingMake, Do: off.RulingMake},
		{Pattern: "GET /office/e/{edition}/rulings/new", Permission: access.RulingMake, Do: off.RulingForm},
		{Pattern: "GET /office/e/{edition}/rulings/{ruling}/undo", Permission: access.RulingMake, Do: off.RulingUndoForm},
		{Pattern: "POST /office/e/{edition}/rulings/{ruling}/undo", Permission: access.RulingMake, Do: off.RulingUndo},
		{Pattern: "GET /office/e/{edition}/swap", Permission: access.RulingMake, Do: off.SwapForm},
		{Pattern: "POST /office/e/{edition}/swap", Permission: access.RulingMake, Do: off.Swap},
		{Pattern: "GET /office/e/{edition}/order", Permission: access.RulingMake, Do: off.OrderForm},
		{Pattern: "POST /office/e/{edition}/order", Permission: access.RulingMake, Do: off.Order},
		{Pattern: "GET /office/e/{edition}/protests", Permission: access.ProblemRead, Do: off.Protests},
		{Pattern: "POST /office/e/{edition}/protests", Permission: access.ProtestLodge, Do: off.ProtestLodge},
		{Pattern: "GET /office/e/{edition}/protests/new", Permission: access.ProtestLodge, Do: off.ProtestNew},
		{Pattern: "GET /office/e/{edition}/protests/{protest}", Permission: access.ProblemRead, Do: off.Protest},
		{Pattern: "POST /office/e/{edition}/protests/{protest}/decide", Permission: access.RulingMake, Do: off.ProtestDecide},
		{Pattern: "GET /office/e/{edition}/chips", Permission: access.ProblemRead, Do: off.Chips},
		{Pattern: "GET /office/e/{edition}/chips/assign", Permission: access.ChipAssign, Do: off.ChipForm},
		{Pattern: "POST /office/e/{edition}/chips/assign", Permission: access.ChipAssign, Do: off.ChipAssign},

		{Pattern: "GET /office/e/{edition}/race/{race}", Permission: access.OfficeRead, Do: off.Race},
		{Pattern: "GET /office/e/{edition}/race/{race}/course", Permission: access.RulingMake, Do: off.CourseForm},
		{Pattern: "POST /office/e/{edition}/race/{race}/course", Permission: access.RulingMake, Do: off.Course},
		{Pattern: "GET /office/e/{edition}/race/{race}/close", Permission: access.ResultsPublish, Do: off.CloseForm},
		{Pattern: "POST /office/e/{edition}/race/{race}/close", Permission: access.ResultsPublish, Do: off.Close},
		{Pattern: "POST /office/e/{edition}/race/{race}/reopen", Permission: access.ResultsPublish, Do: off.Reopen},
		{Pattern: "GET /office/e/{edition}/race/{race}/publish", Permission: access.ResultsPublish, Do: off.PublishForm},
		{Pattern: "POST /office/e/{edition}/race/{race}/publish/provisional", Permission: access.ResultsPublish, Do: off.PublishProvisional},
		{Pattern: "POST /office/e/{edition}/race/{race}/publish/official", Permission: access.ResultsOfficial, Do: off.PublishOfficial},
		{Pattern: "GET /office/e/{edition}/race/{race}/revision/{number}", Permission: access.ResultsRead, Do: off.Revision},
		{Pattern: "GET /office/e/{edition}/race/{race}/certificates", Permission: access.CertificateMake, Do: off.CertificatesForm},
		{Pattern: "POST /office/e/{edition}/race/{race}/certificates", Permission: access.CertificateMake, Do: off.CertificatesMake},
		{Pattern: "GET /office/e/{edition}/race/{race}/medals", Permission: access.CertificateMake, Do: off.MedalsForm},
		{Pattern: "POST /office/e/{edition}/race/{race}/medals", Permission: access.CertificateMake, Do: off.MedalsMake},
		{Pattern: "GET /office/e/{edition}/certificates/design", Permission: access.CertificateMake, Do: off.DesignForm},
		{Pattern: "POST /office/e/{edition}/certificates/design", Permission: access.EditionEdit, Do: off.DesignSave, Body: office.ArtworkBody},
		{Pattern: "GET /office/e/{edition}/certificates/design/preview.svg", Permission: access.CertificateMake, Do: off.DesignPreview},
		{Pattern: "GET /office/e/{edition}/certificates/design/preview.pdf", Permission: access.CertificateMake, Do: off.DesignPDF},
		{Pattern: "POST /office/e/{edition}/certificates/design/house", Permission: access.EditionEdit, Do: off.DesignHouse},
		{Pattern: "POST /office/e/{edition}/certificates/design/restore", Permission: access.EditionEdit, Do: off.DesignRestore},
		{Pattern: "POST /office/e/{edition}/certificates/design/renew", Permission: access.EditionEdit, Do: off.DesignRenew},

		{Pattern: "GET /office/e/{edition}/archive", Permission: access.LogbookExport, Do: off.ArchiveForm},
		{Pattern: "POST /office/e/{edition}/archive", Permission: access.EditionArchive, Do: off.Archive},
		{Pattern: "POST /office/e/{edition}/archive/open", Permission: access.EditionArchive, Do: off.Unarchive},
		{Pattern: "GET /office/e/{edition}/record.logbook", Permission: access.LogbookExport, Do: off.Record},

		{Pattern: "GET /office/e/{edition}/job/{job}", Permission: access.OfficeRead, Do: off.Job},
		{Pattern: "GET /office/e/{edition}/job/{job}/file", Permission: access.OfficeRead, Do: off.JobFile},
		{Pattern: "POST /office/e/{edition}/job/{job}/stop", Permission: access.OfficeRead, Do: off.JobStop},

		{Pattern: "GET /office/e/{edition}/import", Permission: access.OfficeRead, Do: off.Import},
		{Pattern: "GET /office/e/{edition}/example/{file}", Permission: access.OfficeRead, Do: off.Example},
		{Pattern: "GET /office/e/{edition}/import/edition/current.toml", Permission: access.EditionEdit, Do: off.EditionFile().Current},
	}
	out = append(out, saleRoutes(off)...)
	out = append(out, bankRoutes(off)...)
	out = append(out, intakeRoutes("start-list", access.StartlistImport, off.StartList())...)
	out = append(out, intakeRoutes("reads", access.ReadsImport, off.Reads())...)
	out = append(out, intakeRoutes("rulings", access.RulingMake, off.RulingFile())...)
	return append(out, intakeRoutes("edition", access.EditionEdit, off.EditionFile())...)
}

// intakeRoutes are the steps of bringing in one kind of file.
func intakeRoutes(kind string, p access.Permission, in office.Intake) []site.Route {
	base := "/office/e/{edition}/import/" + kind
	return []site.Route{
		{Pattern: "GET " + base, Permission: p, Do: in.Form},
		{Pattern: "POST " + base, Permission: p, Do: in.Upload, Body: office.UploadLimit + 1<<20},
		{Pattern: "GET " + base + "/{upload}", Permission: p, Do: in.Preview},
		{Pattern: "GET " + base + "/{upload}/rejected.csv", Permission: p, Do: in.Rejected},
		{Pattern: "POST " + base + "/{upload}/take", Permission: p, Do: in.Take},
		{Pattern: "POST " + base + "/{upload}/discard", Permission: p, Do: in.Discard},
	}
}
