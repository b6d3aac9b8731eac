package doctor

import (
	"fmt"
	"net/netip"
	"net/url"
)

// access says who may come in.
func access(f Facts) []Finding {
	c := f.Config
	keys := fmt.Sprintf("%d keys", len(c.Keys))
	if len(c.Keys) == 1 {
		keys = "1 key"
	}
	switch {
	case len(c.Keys) > 0 && c.AllowAnonymous:
		return one(warn("access", keys+", and ALLOW_ANONYMOUS=true", "the keys go first: nobody comes in without one", "unset ALLOW_ANONYMOUS"))
	case len(c.Keys) > 0:
		return one(ok("access", keys+" at "+c.Host, "each name has its own sessions"))
	case c.Loopback() && !c.AllowAnonymous:
		return one(ok("access", "no keys at "+c.Host, "anybody on this host may use it, nobody else"))
	case c.Loopback():
		return one(ok("access", "no keys at "+c.Host+", and ALLOW_ANONYMOUS=true", "anybody on this host may use it, and whoever a proxy here lets through"))
	case c.AllowAnonymous:
		return one(warn("access", "no keys at "+c.Host+" (ALLOW_ANONYMOUS=true)", "anybody who reaches it may run code and read every file", "set API_KEYS=name:$(openssl rand -hex 24)"))
	}
	return nil // refused: settings has said so
}

// admin says who may see /admin and /metrics.
func admin(f Facts) []Finding {
	c := f.Config
	switch {
	case c.AdminKey != "":
		return one(ok("admin", "ADMIN_KEY opens /admin and /metrics", ""))
	case c.Loopback() && len(c.Keys) == 0:
		return one(ok("admin", "/admin and /metrics are open to this host", "as everything else is"))
	}
	return one(ok("admin", "/admin and /metrics answer 404", "to have them, set ADMIN_KEY"))
}

// publicURL says how replies' links are reached.
func publicURL(f Facts) []Finding {
	text := f.Config.PublicURL
	u, err := url.Parse(text)
	switch {
	case text == "":
		return one(ok("public-url", "PUBLIC_URL is not set", "replies name files by path and carry no links"))
	case err != nil || u.Host == "" || u.User != nil:
		return nil // refused: settings has said so
	}
	shown, local := u.Redacted(), isLocal(u.Hostname())
	switch {
	case local && !f.Config.Loopback():
		return one(warn("public-url", "PUBLIC_URL is "+shown+", and HOST is "+f.Config.Host, "links in replies work on this host alone", "set PUBLIC_URL to the address by which clients come"))
	case u.Scheme == "http" && !local:
		return one(warn("public-url", "PUBLIC_URL is "+shown, "keys and links travel in the clear", "put a proxy that speaks TLS before it, and write https"))
	}
	return one(ok("public-url", "PUBLIC_URL is "+shown, "replies carry links there; its host name is accepted"))
}

func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
