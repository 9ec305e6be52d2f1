package api

import (
	"net/netip"
	"sync"

	"stadion/internal/race"
)

// rate bounds how often one address asks. An address is a signal, not a person:
// whole towns share one, so the bound is set wide or not at all (case 51).
type rate struct {
	most int
	mu   sync.Mutex
	from race.Instant // the minute that is counted
	seen map[netip.Addr]int
}

func newRate(most int) *rate { return &rate{most: most, seen: map[netip.Addr]int{}} }

const minute = race.Instant(60_000_000_000)

// take reports whether the address may ask once more in this minute. Of an IPv6
// address its network counts, for that is what one customer has.
func (l *rate) take(remote string, now race.Instant) bool {
	p, err := netip.ParseAddrPort(remote)
	if err != nil {
		return true
	}
	who := p.Addr().Unmap()
	if who.Is6() {
		if net, err := who.WithZone("").Prefix(64); err == nil {
			who = net.Addr()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now-l.from >= minute || now < l.from {
		l.from = now
		clear(l.seen)
	}
	l.seen[who]++
	return l.seen[who] <= l.most
}
