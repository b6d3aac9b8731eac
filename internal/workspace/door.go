package workspace

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
)

// doorMode lets the owner connect, nobody else.
const doorMode os.FileMode = 0o600

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
// removes it; what a crash leaves goes with the folder.
func (r *Root) NewDoor(id string, uid int) (*Door, error) {
	if err := cmp.Or(checkSandboxID(id), checkUID(uid)); err != nil {
		return nil, err
	}
	folder, err := r.openSandbox(id)
	if err != nil {
		return nil, err
	}
	d := &Door{Name: ".door-" + rand.Text(), folder: folder}
	// A socket's path may have 107 bytes (unix(7)), fewer than a data folder's.
	path := fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), d.Name)
	if d.UnixListener, err = net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"}); err != nil {
		return nil, errors.Join(explain(id, err), folder.Close())
	}
	// The folder is root's: nobody can have put a link in the socket's place.
	if err := errors.Join(os.Chmod(path, doorMode), os.Lchown(path, uid, uid)); err != nil {
		return nil, errors.Join(explain(id, err), d.Close())
	}
	return d, nil
}

// Close ends the listening and removes the socket; connections stay.
func (d *Door) Close() error {
	err := d.UnixListener.Close()
	return errors.Join(err, d.folder.Close())
}
