package assets

import "strings"

// File is an asset as it is sent, and its path below Prefix, content hash
// included, for those who copy it elsewhere. ok is false for an unknown name.
func (s *Set) File(name string) (path string, body []byte, ok bool) {
	path, ok = strings.CutPrefix(s.urls[name], Prefix)
	return path, s.byPath[path].plain, ok
}
