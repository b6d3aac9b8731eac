package workspace

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

// doorMode lets the owner connect, nobody else.
const doorMode os.FileMode = 0o600

// doorPrefix begins a door's name: no session's id begins with a dot.
const doorPrefix = ".door-"

// Door is a socket in a sandbox's folder at which a process in there can reach
// this one.
type Door struct {
	*net.UnixListener
	// Name is the socket's in the folder. Only who is told it gets in: code in
	// the sandbox may pass through the folder, but neither list nor write it.
	Name string

	folder *os.File // the way to the socket, for as long as it is to be removed
}

// NewDoor makes a socket for uid in a sandbox's folder and listens there. Close
// removes it; the next door replaces one that a crash has left, or that is
// open: a sandbox has one at a time.
func (r *Root) NewDoor(id string, uid int) (*Door, error) {
	if err := cmp.Or(checkSandboxID(id), checkUID(uid)); err != nil {
		return nil, err
	}
	folder, err := r.openSandbox(id)
	if err != nil {
		return nil, err
	}
	d := &Door{Name: doorPrefix + rand.Text(), folder: folder}
	// A socket's path may have 107 bytes (unix(7)), fewer than a data folder's.
	way := fmt.Sprintf("/proc/self/fd/%d/", folder.Fd())
	if err := removeDoors(folder, way); err != nil {
		return nil, errors.Join(explain(id, err), folder.Close())
	}
	path := way + d.Name
	if d.UnixListener, err = net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"}); err != nil {
		return nil, errors.Join(explain(id, err), folder.Close())
	}
	// The folder is root's: nobody can have put a link in the socket's place.
	if err := errors.Join(os.Chmod(path, doorMode), os.Lchown(path, uid, uid)); err != nil {
		return nil, errors.Join(explain(id, err), d.Close())
	}
	return d, nil
}

// removeDoors removes the sockets in a sandbox's folder, to which way leads.
func removeDoors(folder *os.File, way string) error {
	names, err := folder.Readdirnames(-1) // only this process makes some here: few
	for _, name := range names {
		if strings.HasPrefix(name, doorPrefix) {
			err = errors.Join(err, os.Remove(way+name))
		}
	}
	return err
}

// Close ends the listening and removes the socket; connections stay.
func (d *Door) Close() error {
	err := d.UnixListener.Close()
	return errors.Join(err, d.folder.Close())
}
