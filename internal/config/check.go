package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// minMemory is what the library stack needs in a sandbox, in bytes; below it
// the image's own imports are killed. SESSION_MEMORY's tag says the same.
const minMemory Size = 256 << 20

// Check refuses settings that could not be read, are out of bounds or do not
// fit together, all at once, each by the name under which it was given; reads
// the keys' file, and lowers SessionMemory to the host's share.
func (c *Config) Check() error {
	errs := append([]error{}, c.refused...)
	for _, f := range c.fields() {
		errs = append(errs, f.bounds(c))
	}
	errs = append(errs, c.checkOrigins(), c.checkDataDir(), c.readKeys(), c.checkAdminKey(), c.checkHost(), c.checkPublicURL(), c.shareMemory(), c.checkDataDirHost(),
		c.readExecutorTokens(), c.checkExecutorTLS(), c.checkExecutorURL())
	return errors.Join(errs...)
}

// checkHost refuses to serve strangers: an address that others reach needs a
// key, or the wish for none said out loud.
func (c *Config) checkHost() error {
	if _, err := netip.ParseAddr(c.Host); err != nil && strings.ContainsAny(c.Host, ":/[] \t") {
		return fmt.Errorf("%s is %q; write the address alone, as 127.0.0.1, 0.0.0.0, ::1 or localhost, and the port in PORT", c.called("HOST"), mask(c.Host))
	}
	if c.Loopback() || len(c.Keys) > 0 || c.AllowAnonymous {
		return nil
	}
	return fmt.Errorf("%s is %s, which others can reach, and there are no API_KEYS: set API_KEYS=name:key, or ALLOW_ANONYMOUS=true to let anyone in who reaches it", c.called("HOST"), c.Host)
}

// systemFolders are others': a server empties tmp in its folder, and gives what
// is in it away.
var systemFolders = []string{
	"/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run",
	"/sbin", "/srv", "/sys", "/tmp", "/usr", "/usr/local", "/var", "/var/lib", "/var/tmp",
}

// checkDataDir makes the data folder's path absolute, and refuses one that
// cannot be a server's alone.
func (c *Config) checkDataDir() error {
	abs, err := filepath.Abs(c.DataDir)
	if err != nil {
		return fmt.Errorf("%s: %w", c.called("SANDBOX_DATA_DIR"), err)
	}
	c.DataDir = abs
	if slices.Contains(systemFolders, abs) {
		return fmt.Errorf("%s is %s, which belongs to the system; give the server a folder of its own, as %s",
			c.called("SANDBOX_DATA_DIR"), abs, filepath.Join(abs, "power-interpreter"))
	}
	return nil
}

// checkOrigins trims and refuses what a browser would never send as an Origin.
func (c *Config) checkOrigins() error {
	for i, origin := range c.CORSOrigins {
		origin = strings.TrimSpace(origin)
		c.CORSOrigins[i] = origin
		u, err := url.Parse(origin)
		if origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "") {
			return fmt.Errorf("%s: %q is no origin; write it as https://app.example.org, or * for any", c.called("CORS_ORIGINS"), mask(origin))
		}
	}
	return nil
}

func (c *Config) checkPublicURL() error {
	if c.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%s must be an http or https URL such as https://python.example.com, without a user, query or fragment", c.called("PUBLIC_URL"))
	}
	return nil
}

func (c *Config) checkDataDirHost() error {
	if c.DataDirHost == "" || filepath.IsAbs(c.DataDirHost) {
		return nil
	}
	return fmt.Errorf("%s is %q; write the whole path that the engine's host has for the data folder, as /var/lib/power-interpreter", c.called("SANDBOX_DATA_DIR_HOST"), c.DataDirHost)
}

// shareMemory lowers SessionMemory to what the host can give to MaxSessions
// sandboxes, and refuses more of them than can live.
func (c *Config) shareMemory() error {
	host := hostMemory()
	share := host / Size(max(c.MaxSessions, 1))
	if share < minMemory {
		return fmt.Errorf("%s is %d: of this host's %v of memory each sandbox would get %v, and the library stack needs %v; allowed here is at most %d",
			c.called("MAX_SESSIONS"), c.MaxSessions, host, share, minMemory, max(host/minMemory, 1))
	}
	if share < c.SessionMemory {
		c.SessionMemory = share
		c.arose("SESSION_MEMORY", HostShare)
	}
	return nil
}
