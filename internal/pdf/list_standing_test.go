package pdf

import (
	"strings"
	"testing"

	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
)

// TestStandingList_PrintsPrizesTeamsAndTheirRules prints an award list and a team
// list as the edition's rules make them.
func TestStandingList_PrintsPrizesTeamsAndTheirRules(t *testing.T) {
	e, rev := smallField()
	for i := range rev.Rows {
		r := &rev.Rows[i]
		r.Team = []string{"Nord", "Süd", "한강"}[i%3]
		r.GunMs, r.NetMs = results.Ms(7200000+i*1000), results.Ms(7190000+i*1000)
	}
	e.Lists = []race.List{{ID: "podium", Prizes: 3}, {ID: "w35", Of: race.OfCategory, Prizes: 2, Exclude: []string{"podium"}}, {ID: "teams", Of: race.OfTeam}}
	c, ok := results.ContestOf(e, rev)
	if !ok {
		t.Fatal("no race")
	}
	for _, tag := range lang.Tags {
		var lists []List
		standings := results.Standings(e, c, rev.At)
		for i := range standings {
			lists = append(lists, StandingList(e, &standings[i], rev.At, tag))
		}
		file, _ := printed(t, "standings-"+string(tag), A4, lists...)
		text := plain(copied(t, file))
		say := lang.For(tag)
		for _, want := range []string{say.T("list.basis.gun"), say.T("list.rule.prizes", "n", 3), say.T("list.section.left_out"), "Nord", "한강", rev.Rows[0].PrintedName,
			say.T("paper.col.prize"), upper(say.T("paper.state.official"))} {
			if !strings.Contains(text, plain(want)) {
				t.Errorf("%s: %q is missing in\n%s", tag, want, text[:min(1500, len(text))])
			}
		}
	}
}
