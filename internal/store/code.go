package store

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
)

// letters are Crockford's base 32: no I, L, O or U, so that a code survives
// being read aloud and typed.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// code is a random word of n letters, five bits each.
func (db *DB) code(n int) (string, error) {
	b, err := db.bytes(n)
	if err != nil {
		return "", err
	}
	for i := range b {
		b[i] = letters[b[i]&31]
	}
	return string(b), nil
}

// bytes are n random bytes.
func (db *DB) bytes(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(db.random, b); err != nil {
		return nil, fmt.Errorf("random bytes: %w", err)
	}
	return b, nil
}

// token is 256 random bits for a cookie.
func (db *DB) token() (string, error) {
	b, err := db.bytes(32)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// digest is what is kept of a secret that need only be recognised.
func digest(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
