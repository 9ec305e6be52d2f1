package race

import (
	"encoding/json"
	"fmt"
	"time"
)

// Instant is a moment in UTC: nanoseconds since 1970-01-01T00:00:00Z, leap
// seconds not counted. Zero means "unknown"; no race was run in 1970.
type Instant int64

// At converts a time.Time. The zone is dropped: a zone is how an instant is
// shown, never what it is.
func At(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixNano())
}

// Time is the instant in UTC.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(i)).UTC()
}

// In is the instant on the clocks of a zone.
func (i Instant) In(zone *time.Location) time.Time { return i.Time().In(zone) }

// Add moves an instant.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d) }

// Sub is the exact time from o to i.
func (i Instant) Sub(o Instant) time.Duration { return time.Duration(i - o) }

// String is RFC 3339 in UTC with as many decimals as the instant has.
func (i Instant) String() string {
	if i == 0 {
		return ""
	}
	return i.Time().Format(time.RFC3339Nano)
}

// MarshalJSON writes RFC 3339 in UTC, or "" for the unknown instant.
func (i Instant) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, len(time.RFC3339Nano)+2), '"')
	if i != 0 {
		b = i.Time().AppendFormat(b, time.RFC3339Nano)
	}
	return append(b, '"'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote, or any RFC 3339 instant.
func (i *Instant) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s == "" {
		*i = 0
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return err
	}
	*i = At(t)
	return nil
}

// MarshalText lets settings files hold instants.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText lets settings files hold instants.
func (i *Instant) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = 0
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return err
	}
	*i = At(t)
	return nil
}

// CeilSecond rounds an exact elapsed time up to the next whole second: any
// fraction goes up (docs/rules/times.md, T1). Exact times are rounded here and
// only here, once, when they are shown.
func CeilSecond(d time.Duration) time.Duration {
	s := d.Truncate(time.Second)
	if d > s {
		s += time.Second
	}
	return s
}

// Clock shows an exact elapsed time as h:mm:ss, rounded up once. A negative
// time is shown as "": it is never a result.
func Clock(d time.Duration) string {
	if d < 0 {
		return ""
	}
	s := int64(CeilSecond(d) / time.Second)
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
