package lab

import (
	"bufio"
	"encoding/binary"
	"io"
)

// stderrStream is the number that the engine gives stderr.
const stderrStream = 2

// maxDiag bounds what is kept of stderr, in bytes.
const maxDiag = 2 << 10

// unframed reads stdout from what the engine wraps into frames: a header of
// eight bytes, the first one the stream's number, the last four the length.
type unframed struct {
	raw  *bufio.Reader
	left int
	diag []byte // the end of stderr
}

func (u *unframed) Read(p []byte) (int, error) {
	for u.left == 0 {
		var header [8]byte
		if _, err := io.ReadFull(u.raw, header[:]); err != nil {
			return 0, err
		}
		length := int(binary.BigEndian.Uint32(header[4:]))
		if header[0] != stderrStream {
			u.left = length
			continue
		}
		if err := u.keep(length); err != nil {
			return 0, err
		}
	}
	n, err := u.raw.Read(p[:min(len(p), u.left)])
	u.left -= n
	return n, err
}

func (u *unframed) keep(length int) error {
	said := make([]byte, length)
	if _, err := io.ReadFull(u.raw, said); err != nil {
		return err
	}
	u.diag = append(u.diag, said...)
	u.diag = u.diag[max(0, len(u.diag)-maxDiag):]
	return nil
}
