// Package hostname tells by which name a server was called, and which names are
// those of this host alone.
package hostname

import (
	"net"
	"net/netip"
	"strings"
)

// Of returns a Host header without its port and brackets.
func Of(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// IsLoopback says whether a name is localhost or an address of loopback. No
// other name is looked up: whose it is can change.
func IsLoopback(name string) bool {
	addr, err := netip.ParseAddr(name)
	return strings.EqualFold(name, "localhost") || err == nil && addr.Unmap().IsLoopback()
}
