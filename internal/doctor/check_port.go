package doctor

import "fmt"

// port says whether the server can listen, or does already.
func port(f Facts) []Finding {
	address, p := f.Config.Address(), f.Port
	free := fmt.Sprintf("ss -ltnp 'sport = :%d' names who holds it; or set PORT to another", f.Config.Port)
	switch {
	case p.Server != "" && !f.elsewhere() && f.Folder.Holder == 0:
		return one(warn("port", fmt.Sprintf("%s is served by Power Interpreter %s, and nobody holds %s", address, p.Server, f.Folder.Path),
			"that server has another data folder: one with these settings cannot listen beside it", "set PORT to another, or stop that server"))
	case p.Server != "" && p.Status == "ok":
		return one(ok("port", address+" is served by Power Interpreter "+p.Server, "its /health is ok"))
	case p.Server != "":
		return one(warn("port", fmt.Sprintf("%s is served by Power Interpreter %s, whose /health is %s", address, p.Server, p.Status), p.Reason, ""))
	case f.Config.Port == 0:
		return one(ok("port", "PORT is 0", "a free one is taken at each start"))
	case p.Free:
		return one(ok("port", address+" is free", ""))
	case p.Taken:
		return one(fail("port", address+" is held by another program", "the server cannot listen", free))
	}
	return one(fail("port", fmt.Sprintf("%s cannot be listened on: %v", address, p.Err), "the server will not start", "set HOST to an address of this host, and PORT to one that this user may have"))
}
