package static

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// fileName is a bib as a file name that every file system takes and keeps apart
// from every other bib's: small letters, digits and "-" stay, capitals become
// small (bibs that differ by case alone are one bib), every other byte is
// written as "_" and two hexadecimal digits. key is the bib's key.
func fileName(key string) string {
	const hexits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(key)) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-' && b.Len() > 0:
			b.WriteByte(c)
		default:
			b.WriteByte('_')
			b.WriteByte(hexits[c>>4])
			b.WriteByte(hexits[c&15])
		}
	}
	name := b.String()
	if reserved[name] || strings.TrimRight(name, "0123456789") == "com" || strings.TrimRight(name, "0123456789") == "lpt" {
		return "_" + name // names that Windows keeps for itself
	}
	if len(name) > 48 {
		sum := sha256.Sum256([]byte(key))
		return name[:24] + "__" + hex.EncodeToString(sum[:8])
	}
	return name
}

var reserved = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true, "index": true}

// runnerPath is a runner's page below the folder of a language. Pages lie in
// folders by the last two characters of their name: a stick's file system takes
// only some ten thousand names in one.
func runnerPath(name string) string {
	shard := name
	if len(shard) > 2 {
		shard = shard[len(shard)-2:]
	}
	return "runner/" + strings.ReplaceAll(shard, "_", "-") + "/" + name + ".html"
}

// up is the way from a file to the folder it is under.
func up(name string) string { return strings.Repeat("../", strings.Count(name, "/")) }
