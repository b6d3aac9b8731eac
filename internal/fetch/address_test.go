package fetch_test

import (
	"net/netip"
	"testing"

	"power-interpreter/internal/fetch"
)

func TestOnlyPublicAddressesMayBeReached(t *testing.T) {
	for _, addr := range []string{
		"127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "0.1.2.3", "::",
		"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
		"169.254.0.1", "169.254.169.254", "169.254.170.2", "168.63.129.16",
		"100.64.0.1", "100.127.255.255", "100.100.100.200",
		"192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "fe80::1%eth0", "2606:4700::1%eth0",
		"2001:db8::1", "2001::1", "2001:0:4136:e378::1", "2001:10::1", "2001:20::1", "3fff::1", "5f00::1", "100::1",
		"2002:7f00:1::", "2002:808:808::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1",
		"4000::1", "1::1", "e000::1",
	} {
		if fetch.Refusal(netip.MustParseAddr(addr), nil) == "" {
			t.Errorf("%s may be reached", addr)
		}
	}
	for _, addr := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2606:4700:4700::1111", "2a00:1450::1", "2001:200::1", "2001:4860::8888", "2003::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
	} {
		if kind := fetch.Refusal(netip.MustParseAddr(addr), nil); kind != "" {
			t.Errorf("%s is refused as %s", addr, kind)
		}
	}
	if fetch.Refusal(netip.Addr{}, nil) == "" {
		t.Error("no address at all may be reached")
	}
}

func TestAllowedRangesAreExempt(t *testing.T) {
	for _, test := range []struct {
		allow, addr string
		ok          bool
	}{
		{"10.1.0.0/16", "10.1.2.3", true},
		{"10.1.2.3/16", "10.1.9.9", true}, // host bits do not matter
		{"10.1.0.0/16", "10.2.0.1", false},
		{"10.1.0.0/16", "::ffff:10.1.2.3", true},
		{"::ffff:10.1.0.0/112", "10.1.2.3", true},
		{"10.1.0.0/16", "64:ff9b::a01:203", true},
		{"fd12::/16", "fd12::1", true},
		{"fe80::/10", "fe80::1%eth0", false},
		{"0.0.0.0/0", "127.0.0.1", true},
		{"169.254.0.0/16", "169.254.1.1", true},
		{"169.254.0.0/16", "169.254.169.254", false},
		{"0.0.0.0/0", "168.63.129.16", false},
		{"fc00::/7", "fd00:ec2::254", false},
		{"169.254.169.254/32", "169.254.169.254", true},
		{"169.254.169.254/32", "::ffff:169.254.169.254", true},
		{"fd00:ec2::254/128", "fd00:ec2::254", true},
	} {
		allow := []netip.Prefix{netip.MustParsePrefix(test.allow)}
		if kind := fetch.Refusal(netip.MustParseAddr(test.addr), allow); (kind == "") != test.ok {
			t.Errorf("with %s allowed, %s is refused as %q", test.allow, test.addr, kind)
		}
	}
}
