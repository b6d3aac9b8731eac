package config

import (
	"bufio"
	"fmt"
	"math"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// Duration reads what time.ParseDuration does, and days, as "7d".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	if days, isDays := strings.CutSuffix(s, "d"); isDays {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || n < 0 || n > 36500 {
			return fmt.Errorf("%q is no duration; write it as 90s, 30m, 4h or 7d", s)
		}
		*d = Duration(n * 24 * float64(time.Hour))
		return nil
	}
	parsed, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("%q is no duration; write it as 90s, 30m, 4h or 7d", s)
	}
	*d = Duration(parsed)
	return nil
}

// Size is a number of bytes, read as "4GiB", "512MB" or a plain number.
type Size int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n > math.MaxInt64 {
		return fmt.Errorf("%q is no size; write it as 512MiB or 4GiB", text)
	}
	*s = Size(n)
	return nil
}

// String returns the size as a person reads it.
func (s Size) String() string { return humanize.IBytes(uint64(max(s, 0))) }

// Prefixes are address ranges; a single address is a range of one.
type Prefixes []netip.Prefix

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Prefixes) UnmarshalText(text []byte) error {
	for _, part := range fields(string(text)) {
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			addr, err := netip.ParseAddr(part)
			if err != nil {
				return fmt.Errorf("%q is no address range; write it as 10.0.0.0/8 or 10.1.2.3", part)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		*p = append(*p, prefix.Masked())
	}
	return nil
}

// Key lets its bearer in under a name.
type Key struct{ Name, Secret string }

// Keys are read as "name:key" pairs between commas, spaces or newlines.
type Keys []Key

// minSecret is the shortest key, in bytes: what can be guessed is no key.
const minSecret = 8

// UnmarshalText implements encoding.TextUnmarshaler. No error of it repeats a key.
func (k *Keys) UnmarshalText(text []byte) error {
	for i, pair := range fields(string(text)) {
		name, secret, found := strings.Cut(pair, ":")
		if !found || name == "" || len(name) > 64 || len(secret) < minSecret {
			return fmt.Errorf("key %d is not name:key with a key of at least %d characters", i+1, minSecret)
		}
		for _, other := range *k {
			if other.Name == name || other.Secret == secret {
				return fmt.Errorf("key %d repeats the name or the key of another", i+1)
			}
		}
		*k = append(*k, Key{name, secret})
	}
	return nil
}

// String never shows a key.
func (k Keys) String() string {
	names := make([]string, len(k))
	for i, key := range k {
		names[i] = key.Name + ":***"
	}
	return strings.Join(names, ",")
}

// readKeys reads the keys of APIKeyList and of APIKeysFile, whose lines that
// start with # are left out.
func (c *Config) readKeys() error {
	if err := c.Keys.UnmarshalText([]byte(c.APIKeyList)); err != nil {
		return fmt.Errorf("API_KEYS: %w", err)
	}
	if c.APIKeysFile == "" {
		return nil
	}
	f, err := os.Open(c.APIKeysFile)
	if err != nil {
		return fmt.Errorf("API_KEYS_FILE: %w", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := c.Keys.UnmarshalText([]byte(line)); err != nil {
			return fmt.Errorf("API_KEYS_FILE: %w", err)
		}
	}
	return nil
}

// checkAdminKey refuses one that could not be sent, or be guessed, or that opens
// sessions too. It needs the keys read; no error of it repeats one.
func (c *Config) checkAdminKey() error {
	switch {
	case c.AdminKey == "":
		return nil
	case len(c.AdminKey) < minSecret || strings.ContainsFunc(c.AdminKey, notToken):
		return fmt.Errorf("ADMIN_KEY must have at least %d characters, all of them printable ASCII without spaces", minSecret)
	}
	for _, k := range c.Keys {
		if k.Secret == c.AdminKey {
			return fmt.Errorf("ADMIN_KEY is also the key of %s in API_KEYS: give the administrator one of its own", k.Name)
		}
	}
	return nil
}

// notToken says whether a character cannot be in a header's token.
func notToken(r rune) bool { return r <= ' ' || r > '~' }

func fields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
}

// hostMemory is this host's memory in bytes (proc(5), /proc/meminfo), without
// bound where it cannot be read.
func hostMemory() Size {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return math.MaxInt64
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if kb, found := strings.CutPrefix(lines.Text(), "MemTotal:"); found {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 10, 64)
			if err == nil {
				return Size(n << 10)
			}
		}
	}
	return math.MaxInt64
}
