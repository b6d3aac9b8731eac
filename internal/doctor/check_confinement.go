package doctor

import "strings"

// unseenEngine says once what an engine that tells nothing leaves open.
func unseenEngine(f Facts) []Finding {
	if f.elsewhere() || f.engineKnown() {
		return nil
	}
	return one(skip("confinement", "the engine's limits, filters, image and runtimes could not be seen", "look again when it answers"))
}

// cgroup says which limits the host's control groups can hold.
func cgroup(f Facts) []Finding {
	e := f.Engine
	if !f.engineKnown() {
		return nil
	}
	version := "version " + either(e.Cgroup, "1")
	if e.Driver != "" {
		version += " (" + e.Driver + ")"
	}
	var has, lacks []string
	for _, limit := range []struct {
		name string
		held bool
	}{{"memory", e.Memory}, {"pids", e.Pids}, {"cpu", e.CPU}, {"swap", e.Swap}} {
		if limit.held {
			has = append(has, limit.name)
		} else {
			lacks = append(lacks, limit.name)
		}
	}
	holds := version + " limits " + strings.Join(has, ", ")
	missing := holds + ", not " + strings.Join(lacks, ", ")
	enable := "enable the controllers of the kernel (cgroup_enable=memory swapaccount=1 on its command line), then start the engine again"
	switch {
	case !e.Memory || !e.Pids || !e.CPU:
		return one(fail("cgroup", missing, "one session can starve the host: the engine drops such a limit in silence", enable))
	case !e.Swap && f.Host.Swap > 0:
		return one(warn("cgroup", missing, "a sandbox may fill the host's swap beside its memory", "swapaccount=1 on the kernel's command line, or swapoff -a"))
	case !e.Swap:
		return one(ok("cgroup", missing, "the host has no swap, so none is used"))
	}
	return one(ok("cgroup", holds, "memory is held without swap"))
}

// confinement tells of the walls beside the cgroups.
func confinement(f Facts) []Finding {
	e := f.Engine
	if !f.engineKnown() {
		return nil
	}
	if !e.Seccomp {
		return one(fail("seccomp", "the engine or its kernel has no seccomp", "the system call filter cannot be set: sandboxes do not start", "use a kernel with CONFIG_SECCOMP_FILTER, and an engine built with seccomp"))
	}
	found := one(ok("seccomp", "the engine filters system calls", "sandboxes get the filter of this program, stricter than the engine's own"))
	switch {
	case e.SELinux:
		return append(found, warn("mac", "the engine labels containers for SELinux", "a sandbox may be refused its folder, which the trial below shows", "chcon -Rt container_file_t "+f.Config.DataDir))
	case e.AppArmor:
		return append(found, ok("mac", "AppArmor", "the engine's own profile holds sandboxes too"))
	}
	return append(found, ok("mac", "neither AppArmor nor SELinux", "one wall less; the others do not need it"))
}

// namespaces tells of engines that are root of less than the host.
func namespaces(f Facts) []Finding {
	e := f.Engine
	mend := "use an engine that runs as root without userns-remap"
	switch {
	case !f.engineKnown():
		return nil
	case e.Rootless:
		return one(warn("users", "the engine is rootless", "its containers' users are others on this host, and a sandbox may not own its folder: the trial below shows", mend))
	case e.UserNamespaces:
		return one(warn("users", "the engine maps users (userns-remap)", "a sandbox may not own its folder: the trial below shows", mend))
	}
	return one(ok("users", "the engine maps no users", "a sandbox's user id is the same on the host, and no account has it"))
}
