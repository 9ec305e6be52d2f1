// Package sim invents a race day: runners of 45 countries with names in their
// own scripts, how they run, what the timing boxes see of it with all their
// faults, and when the hub hears of it; and it keeps the truth, so that a scored
// result can be held against what really happened (Check). It also turns the
// two real races of the tests into raw reads (FromChicago, FromBoston).
//
// Everything follows from a seed. The order in which to read:
//
//	edition.go  the reference edition: one stadium, one road, four races
//	field.go    the start list; country.go, tongue*.go, known.go: the names
//	pace.go     how fast a runner runs
//	route.go    which mats a race passes, on which lane
//	walk.go     one runner on the way, and what befalls some
//	box.go      a timing box: bursts, losses, a drifting clock, a restart
//	event.go    polls and notes in the order in which the hub gets them
//	check.go    the truth against an outcome
//	real.go     raw reads of real results
package sim
