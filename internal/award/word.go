package award

import (
	"strconv"
	"strings"
	"time"

	"stadion/internal/lang"
)

// Date is a calendar day in the reader's words: "6 April 2025", "2025년 4월 6일".
func Date(say *lang.Printer, day time.Time) string {
	return say.T("award.date",
		"day_raw", day.Day(),
		"month", say.T("award.month."+strconv.Itoa(int(day.Month()))),
		"year_raw", day.Year())
}

// Distance is a course length in the reader's notation: metres below one
// kilometre, else kilometres with as many decimals as the length has.
func Distance(say *lang.Printer, metres float64) string {
	if metres <= 0 {
		return ""
	}
	value, unit := metres, " m"
	if metres >= 1000 {
		value, unit = metres/1000, " km"
	}
	text := strconv.FormatFloat(value, 'f', -1, 64)
	return strings.Replace(text, ".", say.T("award.decimal"), 1) + unit
}
