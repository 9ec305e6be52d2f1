package award

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"stadion/internal/fault"
)

// Code names one certificate: eleven characters that nobody can guess and one
// that finds typing errors, in Crockford's base32 alphabet, which has no I, L,
// O and U. It is kept without separators ("7K2MQ9XT4BWC") and shown in fours.
type Code string

// alphabet is Crockford's: the 32 characters people do not mistake for one another.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLen counts the check character; the others carry five bits each.
const codeLen = 12

// CodeOf is the code of one certificate: a keyed MAC (HMAC-SHA-256) over what
// identifies it, so that it needs no table to be repeated and cannot be guessed
// without the key. The same arguments always give the same code; a corrected
// certificate has a higher version or revision and therefore another code.
func CodeOf(key []byte, edition, race, bib string, revision, version int) Code {
	mac := hmac.New(sha256.New, key)
	for _, part := range []string{"stadion certificate 1", edition, race, bib} {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(part))) // lengths keep "ab"+"c" and "a"+"bc" apart
		mac.Write(n[:])
		mac.Write([]byte(part))
	}
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(revision))
	binary.BigEndian.PutUint64(n[8:], uint64(version))
	mac.Write(n[:])
	bits := binary.BigEndian.Uint64(mac.Sum(nil))
	data := make([]byte, codeLen)
	for i := range codeLen - 1 {
		data[i] = byte(bits >> 59)
		bits <<= 5
	}
	data[codeLen-1] = check(data[:codeLen-1])
	for i, v := range data {
		data[i] = alphabet[v]
	}
	return Code(data)
}

// ParseCode reads a code as a person types it: lower case, spaces and hyphens
// anywhere, O for 0, I and L for 1. Faults: award.code_length,
// award.code_character, award.code_mistyped (one wrong character, or any two
// that changed places, is always found).
func ParseCode(typed string) (Code, error) {
	var data, text []byte
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '-', '–', '\t', '\u00a0':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		v := strings.IndexRune(alphabet, r)
		if v < 0 {
			return "", fault.New(fault.Invalid, "award.code_character", fault.Args{"character": string(r), "code": typed}).On("code")
		}
		data, text = append(data, byte(v)), append(text, byte(r))
	}
	if len(data) != codeLen {
		return "", fault.New(fault.Invalid, "award.code_length", fault.Args{"code": typed, "n": len(data), "want": codeLen}).On("code")
	}
	if check(data[:codeLen-1]) != data[codeLen-1] {
		return "", fault.New(fault.Invalid, "award.code_mistyped", fault.Args{"code": typed}).On("code")
	}
	return Code(text), nil
}

// Show is the code as it is printed: in groups of four.
func (c Code) Show() string {
	var b strings.Builder
	for i, r := range string(c) {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// check is a weighted sum over the field of 32 elements. The weights are
// distinct and none is zero or one (the weight of the check character itself),
// so that every single error and every exchange of two characters changes it.
func check(data []byte) byte {
	var sum byte
	weight := byte(2)
	for _, v := range data {
		sum ^= times(v, weight)
		weight = times(weight, 2)
	}
	return sum
}

// times multiplies in GF(32) modulo x^5 + x^2 + 1.
func times(a, b byte) byte {
	var p byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			p ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 0b100101
		}
	}
	return p
}
