package fetch

import (
	"net/netip"
	"slices"
)

// refused are the ranges that are not the public internet, by what they are:
// the IANA special-purpose registries (RFC 6890 and what followed), and the
// transition ranges of IPv6, which carry an IPv4 address past a filter.
var refused = []struct {
	kind     string
	prefixes []netip.Prefix
}{
	{"a loopback address", prefixes("127.0.0.0/8", "::1/128")},
	{"a private address", prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10")},
	{"a link-local address", prefixes("169.254.0.0/16", "fe80::/10")},
	{"an address of a provider's internal network", prefixes("100.64.0.0/10")},
	{"an unspecified address", prefixes("0.0.0.0/8", "::/128")},
	{"a multicast address", prefixes("224.0.0.0/4", "ff00::/8")},
	{"a reserved address", prefixes(
		"192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4", // with broadcast
		"100::/64", "2001::/23", "5f00::/16")}, // 2001::/23 has Teredo in it
	{"an address for documentation", prefixes(
		"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")},
	{"an IPv6 transition address", prefixes("2002::/16", "64:ff9b:1::/48", "::/96")},
}

var (
	// publicIPv6 is all of IPv6 that is given out (RFC 4291, 2.5.4 and IANA).
	publicIPv6 = netip.MustParsePrefix("2000::/3")

	// nat64 is how a network without IPv4 reaches all of IPv4: the last 32 bits
	// are the address (RFC 6052).
	nat64 = netip.MustParsePrefix("64:ff9b::/96")

	// metadata are the addresses at which clouds hand out a machine's
	// credentials: most providers', AWS (names, containers, clusters), Azure
	// (in a public range), Oracle, Alibaba, Google.
	metadata = []netip.Addr{
		netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("fd00:ec2::254"),
		netip.MustParseAddr("169.254.169.253"), netip.MustParseAddr("fd00:ec2::253"),
		netip.MustParseAddr("169.254.170.2"), netip.MustParseAddr("169.254.170.23"), netip.MustParseAddr("fd00:ec2::23"),
		netip.MustParseAddr("168.63.129.16"),
		netip.MustParseAddr("192.0.0.192"),
		netip.MustParseAddr("100.100.100.200"),
		netip.MustParseAddr("fd20:ce::254"),
	}
)

// Refusal says what an address is that may not be reached ("a loopback
// address"), or "" for one that may: a public one, or one in allow as
// Config.AllowPrivate describes.
func Refusal(addr netip.Addr, allow []netip.Prefix) string {
	return refusal(addr, normal(allow))
}

func refusal(addr netip.Addr, allow []netip.Prefix) string {
	if addr.Zone() != "" {
		return "an address of one network interface"
	}
	addr = addr.Unmap()
	if slices.Contains(metadata, addr) {
		if slices.Contains(allow, netip.PrefixFrom(addr, addr.BitLen())) {
			return ""
		}
		return "an address of a cloud's metadata service"
	}
	if slices.ContainsFunc(allow, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return ""
	}
	if nat64.Contains(addr) {
		raw := addr.As16()
		return refusal(netip.AddrFrom4([4]byte(raw[12:])), allow)
	}
	return specialPurpose(addr)
}

func specialPurpose(addr netip.Addr) string {
	for _, r := range refused {
		if slices.ContainsFunc(r.prefixes, func(p netip.Prefix) bool { return p.Contains(addr) }) {
			return r.kind
		}
	}
	if !addr.IsValid() || addr.Is6() && !publicIPv6.Contains(addr) {
		return "a reserved address"
	}
	return ""
}

// normal makes prefixes comparable: host bits cleared, IPv4 written as IPv4.
func normal(ranges []netip.Prefix) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range ranges {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		out = append(out, p.Masked())
	}
	return out
}

func prefixes(all ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(all))
	for i, p := range all {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}
