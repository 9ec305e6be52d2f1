package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"stadion/internal/fault"
)

// Cost is what a guess at a password costs whoever makes it.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultCost is the second recommended choice of RFC 9106, section 4: 64 MiB,
// three passes, four lanes; about a tenth of a second on a laptop.
var DefaultCost = Cost{MemoryKiB: 64 << 10, Passes: 3, Lanes: 4}

const (
	saltBytes = 16
	keyBytes  = 32
)

// Hasher hashes and verifies passwords with argon2id. At most two are worked
// on at once, so that a flood of sign-ins cannot take the memory of the race;
// the others wait or go away with their context. It is safe for concurrent use.
type Hasher struct {
	cost   Cost
	random io.Reader
	slots  chan struct{}
	decoy  parsed // stands in for the hash of an account that does not exist
}

// NewHasher makes a hasher of a cost. random gives the salts.
func NewHasher(cost Cost, random io.Reader) *Hasher {
	return &Hasher{
		cost: cost, random: random, slots: make(chan struct{}, 2),
		decoy: parsed{cost: cost, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)},
	}
}

// Hash is the password's hash in PHC string format:
// $argon2id$v=19$m=65536,t=3,p=4$SALT$KEY. Equal passwords differ by the salt.
// A password typed as composed or as decomposed letters is the same password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	p := parsed{cost: h.cost, salt: make([]byte, saltBytes)}
	if _, err := io.ReadFull(h.random, p.salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	var err error
	if p.key, err = h.derive(ctx, password, p, keyBytes); err != nil {
		return "", err
	}
	return p.String(), nil
}

// Verify reports whether the password is the one that was hashed, and if so
// whether it should be hashed again because the hash is weaker than what this
// hasher makes. It takes the same time whatever the password. A hash that
// cannot be read is fault Internal access.hash_unreadable.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (ok, weaker bool, err error) {
	p, err := parse(hash)
	if err != nil {
		return false, false, err
	}
	key, err := h.derive(ctx, password, p, uint32(len(p.key)))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(key, p.key) == 1
	return ok, ok && h.weaker(p), nil
}

// VerifyNobody takes as long as Verify and is never true: the answer for a
// login name that does not exist comes no sooner than for one that does.
func (h *Hasher) VerifyNobody(ctx context.Context, password string) error {
	_, err := h.derive(ctx, password, h.decoy, keyBytes)
	return err
}

func (h *Hasher) weaker(p parsed) bool {
	return p.cost.MemoryKiB < h.cost.MemoryKiB || p.cost.Passes < h.cost.Passes ||
		p.cost.Lanes != h.cost.Lanes || len(p.salt) < saltBytes || len(p.key) < keyBytes
}

func (h *Hasher) derive(ctx context.Context, password string, p parsed, n uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if len(password) > 4*PasswordMaxBytes {
		password = password[:4*PasswordMaxBytes] // longer than any that was ever accepted
	}
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), p.salt, p.cost.Passes, p.cost.MemoryKiB, p.cost.Lanes, n), nil
}

// parsed is a hash in its parts.
type parsed struct {
	cost      Cost
	salt, key []byte
}

var b64 = base64.RawStdEncoding

func (p parsed) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.cost.MemoryKiB, p.cost.Passes, p.cost.Lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.key))
}

// parse reads a PHC string. Costs beyond any use are refused: a damaged row
// must not take the memory of the machine.
func parse(hash string) (parsed, error) {
	bad := fault.New(fault.Internal, "access.hash_unreadable", nil)
	part := strings.Split(hash, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v="+strconv.Itoa(argon2.Version) {
		return parsed{}, bad
	}
	var p parsed
	for i, kv := range strings.Split(part[3], ",") {
		name, value, _ := strings.Cut(kv, "=")
		n, err := strconv.ParseUint(value, 10, 32)
		if err != nil || n == 0 || i > 2 || name != []string{"m", "t", "p"}[i] {
			return parsed{}, bad
		}
		switch {
		case name == "m" && n <= 1<<20:
			p.cost.MemoryKiB = uint32(n)
		case name == "t" && n <= 64:
			p.cost.Passes = uint32(n)
		case name == "p" && n <= 64:
			p.cost.Lanes = uint8(n)
		default:
			return parsed{}, bad
		}
	}
	var err1, err2 error
	p.salt, err1 = b64.DecodeString(part[4])
	p.key, err2 = b64.DecodeString(part[5])
	if err1 != nil || err2 != nil || p.cost.Lanes == 0 || len(p.salt) < 8 || len(p.key) < 16 || len(p.key) > 256 {
		return parsed{}, bad
	}
	return p, nil
}
