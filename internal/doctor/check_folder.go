package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// folder says whether the data folder can be used.
func folder(f Facts) []Finding {
	d := f.Folder
	other := "or set SANDBOX_DATA_DIR to a folder that this user can write"
	switch {
	case f.elsewhere():
		return nil
	case d.Err != nil:
		return one(fail("folder", fmt.Sprintf("%s cannot be used: %v", d.Path, d.Err), "the server will not start", "ls -ld "+d.Path+"; "+other))
	case d.Made != nil && !d.Exists:
		return one(fail("folder", fmt.Sprintf("%s does not exist and cannot be made in %s: %v", d.Path, d.Parent, d.Made), "the server will not start", "sudo mkdir -p "+d.Path+"; "+other))
	case d.Made != nil && slices.Contains(d.Options, "ro"):
		return one(fail("folder", d.Path+" is on a file system that is mounted read-only", "the server will not start", "mount -o remount,rw "+d.Mount+"; "+other))
	case d.Made != nil:
		return one(fail("folder", fmt.Sprintf("%s cannot be written: %v", d.Path, d.Made), "the server will not start", "sudo chown root "+d.Path+" and run as root; "+other))
	case d.Tmp:
		return one(fail("folder", fmt.Sprintf("%s holds %d entries, of no server, a tmp among them", d.Path, d.Others), "the first start would delete what is in "+d.Path+"/tmp", "set SANDBOX_DATA_DIR to an empty folder"))
	case d.Others > 0:
		return one(warn("folder", fmt.Sprintf("%s holds %d entries, of no server", d.Path, d.Others), "the server's own would lie among them", "set SANDBOX_DATA_DIR to an empty folder"))
	case !d.Exists:
		return one(ok("folder", d.Path+" does not exist yet", "the first start makes it"))
	}
	return one(ok("folder", fmt.Sprintf("%s (%s, uid %d) can be written", d.Path, d.Mode, d.Owner), ""))
}

// place tells who is in a container that its paths are not the engine's.
func place(f Facts) []Finding {
	if f.elsewhere() || !f.Inside {
		return nil
	}
	if f.PlaceErr != nil {
		return one(fail("place", f.PlaceErr.Error(), "the server will not start", "mount a folder of the host's at "+f.Folder.Path+", or set SANDBOX_DATA_DIR_HOST to its path there"))
	}
	return one(ok("place", "this process is in a container itself", "whether the engine's host has the folder "+f.Folder.Path+" where it is looked for, the trial below shows"))
}

// remote are file systems of other hosts, where locks and owners are another's
// to grant.
var remote = []string{"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs", "fuse.glusterfs", "afs", "virtiofs", "fuse"}

// fileSystem tells of what the data folder lies on.
func fileSystem(f Facts) []Finding {
	d := f.Folder
	if f.elsewhere() || d.Err != nil {
		return nil
	}
	if d.Type == "" {
		return one(skip("file-system", "which file system holds "+d.Path+" could not be seen", ""))
	}
	what := d.Type + " at " + d.Mount
	var shown []string
	for _, option := range []string{"ro", "noexec", "nosuid", "nodev"} {
		if slices.Contains(d.Options, option) {
			shown = append(shown, option)
		}
	}
	if len(shown) > 0 {
		what += " (" + strings.Join(shown, ", ") + ")"
	}
	switch {
	case slices.Contains(remote, d.Type):
		return one(warn("file-system", what+" is not of this host", "the lock, the database and owners of files may not work there", "set SANDBOX_DATA_DIR to a local disk"))
	case d.Type == "tmpfs":
		return one(warn("file-system", what+" is memory", "files are gone at the next boot, and take memory until then", "set SANDBOX_DATA_DIR to a disk"))
	case slices.Contains(d.Options, "noexec"):
		return one(warn("file-system", what, "code cannot start programs, nor load compiled modules, from its folder", "mount -o remount,exec "+d.Mount+", if it should"))
	}
	return one(ok("file-system", what, ""))
}

// capabilities says whether files can be handed to sandboxes' users.
func capabilities(f Facts) []Finding {
	d := f.Folder
	if f.elsewhere() || d.Err != nil || d.Made != nil {
		return nil
	}
	if !d.Tried {
		return one(skip("capabilities", "nothing was tried in "+d.Path, ""))
	}
	var lacks []string
	for _, c := range []struct {
		name string
		err  error
	}{{"CHOWN", d.Chown}, {"DAC_OVERRIDE", d.Override}, {"FOWNER", d.Owned}} {
		if c.err != nil {
			lacks = append(lacks, c.name)
		}
	}
	if len(lacks) == 0 {
		return one(ok("capabilities", "CHOWN, DAC_OVERRIDE and FOWNER work in "+either(d.Parent, d.Path), "each sandbox's files can be its own user's"))
	}
	mend := "run as root"
	if f.UID == 0 {
		mend = "give the process these capabilities, and use a file system without root_squash"
	}
	return one(fail("capabilities", fmt.Sprintf("uid %d has no %s in %s", f.UID, strings.Join(lacks, ", "), either(d.Parent, d.Path)), "sandboxes' files cannot be given to their users", mend))
}

// holder says whether a server uses the data folder now.
func holder(f Facts) []Finding {
	d := f.Folder
	switch {
	case f.elsewhere() || !d.Exists || d.Err != nil:
		return nil
	case d.Holder > 0:
		return one(ok("holder", fmt.Sprintf("a server holds %s (process %d)", d.Path, d.Holder), "another cannot start on it meanwhile"))
	case d.Holder < 0:
		return one(skip("holder", "whether a server holds "+d.Path+" could not be seen", ""))
	}
	return one(ok("holder", "no server holds "+d.Path, ""))
}
