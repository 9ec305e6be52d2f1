// Package seal keeps personal data shut. Every order has a key of its own,
// wrapped by the office's key; destroying the wrapped key erases what it sealed,
// in backups too. Blind indexes let sealed values be found again by whoever has
// the office's key, and by nobody else.
//
// AES-256-GCM with random nonces; keys and indexes by HMAC-SHA-256.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"
	"sync"

	"stadion/internal/fault"
)

// KeyBytes is the length of the office's key and of every other.
const KeyBytes = 32

// Box holds the office's key. It is safe for concurrent use.
type Box struct {
	wrap   cipher.AEAD
	blinds sync.Pool // of hash.Hash, keyed
	random io.Reader
}

// New opens the box with the office's key. Fault Internal seal.key for a key of
// another length.
func New(key []byte, random io.Reader) (*Box, error) {
	if len(key) != KeyBytes {
		return nil, fault.New(fault.Internal, "seal.key", nil)
	}
	wrap, err := aead(derive(key, "wrap"))
	if err != nil {
		return nil, err
	}
	blind := derive(key, "blind")
	return &Box{wrap: wrap, blinds: sync.Pool{New: func() any { return hmac.New(sha256.New, blind) }}, random: random}, nil
}

func derive(key []byte, use string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("stadion seal " + use))
	return h.Sum(nil)
}

func aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Key seals and opens what belongs to one order.
type Key struct {
	aead   cipher.AEAD
	random io.Reader
}

// NewKey makes a key for what of names, and its wrapped form to be kept.
func (b *Box) NewKey(of string) (k *Key, wrapped []byte, err error) {
	raw := make([]byte, KeyBytes)
	if _, err := io.ReadFull(b.random, raw); err != nil {
		return nil, nil, err
	}
	if wrapped, err = put(b.wrap, b.random, raw, of); err != nil {
		return nil, nil, err
	}
	a, err := aead(raw)
	return &Key{a, b.random}, wrapped, err
}

// Key unwraps a key. Fault Internal seal.broken: it was not wrapped by this box
// for of, or it was damaged.
func (b *Box) Key(wrapped []byte, of string) (*Key, error) {
	raw, err := take(b.wrap, wrapped, of)
	if err != nil {
		return nil, err
	}
	a, err := aead(raw)
	if err != nil {
		return nil, err
	}
	return &Key{a, b.random}, nil
}

// Seal shuts plain for the place named by of.
func (k *Key) Seal(plain []byte, of string) ([]byte, error) { return put(k.aead, k.random, plain, of) }

// Open opens what Seal shut for the same place. Fault Internal seal.broken.
func (k *Key) Open(sealed []byte, of string) ([]byte, error) { return take(k.aead, sealed, of) }

func put(a cipher.AEAD, random io.Reader, plain []byte, of string) ([]byte, error) {
	nonce := make([]byte, a.NonceSize(), a.NonceSize()+len(plain)+a.Overhead())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, err
	}
	return a.Seal(nonce, nonce, plain, []byte(of)), nil
}

func take(a cipher.AEAD, sealed []byte, of string) ([]byte, error) {
	n := a.NonceSize()
	if len(sealed) < n {
		return nil, fault.New(fault.Internal, "seal.broken", nil)
	}
	plain, err := a.Open(nil, sealed[:n], sealed[n:], []byte(of))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "seal.broken", err, nil)
	}
	return plain, nil
}

// Blind is the index of a value of a kind ("email", "document"): equal for equal
// values, and telling nothing to who has no key. The caller folds the value
// first.
func (b *Box) Blind(kind, value string) string {
	h := b.blinds.Get().(hash.Hash)
	defer b.blinds.Put(h)
	h.Reset()
	var few [sha256.Size]byte
	h.Write([]byte(kind + "\x00" + value))
	return base64.RawURLEncoding.EncodeToString(h.Sum(few[:0])[:18])
}
