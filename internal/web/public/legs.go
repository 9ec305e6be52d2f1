package public

import "stadion/internal/results"

// Leg is one point of a runner's race and the leg to it, for those who make
// pages of a list without a server.
type Leg = splitView

// Legs are a row's points in running order.
func Legs(r *results.Row) []Leg { return splitsOf(r) }

// Pace is the plot of a runner's pace over the distance.
type Pace = pacePlot

// PaceOf draws the legs; nil where there is nothing to compare.
func PaceOf(legs []Leg, distanceM float64) *Pace { return plotPace(legs, distanceM) }
