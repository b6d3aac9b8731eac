package config

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// Key lets its bearer in under a name.
type Key struct{ Name, Secret string }

// Keys are read as "name:key" pairs between commas, spaces or newlines.
type Keys []Key

// minSecret is the shortest key, in bytes: what can be guessed is no key.
const minSecret = 8

// UnmarshalText implements encoding.TextUnmarshaler. No error of it repeats a key.
func (k *Keys) UnmarshalText(text []byte) error {
	for i, pair := range listed(string(text)) {
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
	c.Keys = nil
	if err := c.Keys.UnmarshalText([]byte(c.APIKeyList)); err != nil {
		return fmt.Errorf("%s: %w", c.called("API_KEYS"), err)
	}
	if c.APIKeysFile == "" {
		return nil
	}
	f, err := os.Open(c.APIKeysFile)
	if err != nil {
		return fmt.Errorf("%s: %w", c.called("API_KEYS_FILE"), err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := c.Keys.UnmarshalText([]byte(line)); err != nil {
			return fmt.Errorf("%s: %w", c.called("API_KEYS_FILE"), err)
		}
	}
	return nil
}

// checkAdminKey refuses one that could not be sent, or be guessed, or that opens
// sessions too. It needs the keys read; no error of it repeats one.
func (c *Config) checkAdminKey() error {
	name := c.called("ADMIN_KEY")
	switch {
	case c.AdminKey == "":
		return nil
	case len(c.AdminKey) < minSecret || strings.ContainsFunc(c.AdminKey, notToken):
		return fmt.Errorf("%s must have at least %d characters, all of them printable ASCII without spaces", name, minSecret)
	}
	for _, k := range c.Keys {
		if k.Secret == c.AdminKey {
			return fmt.Errorf("%s is also the key of %s in API_KEYS: give the administrator one of its own", name, k.Name)
		}
	}
	return nil
}

// notToken says whether a character cannot be in a header's token.
func notToken(r rune) bool { return r <= ' ' || r > '~' }
