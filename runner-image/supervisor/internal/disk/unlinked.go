package disk

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// maxMaps bounds what is read of one process's /proc/PID/maps, in bytes.
const maxMaps = 8 << 20

// unlinked adds the files of the device that have no name any more and live on
// in a process that has them open or mapped. A process that hides what it has
// open (it is not dumpable) is passed over.
func (u *usage) unlinked(dev uint64) {
	proc, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, p := range proc {
		if pid, err := strconv.Atoi(p.Name()); err == nil && u.ours(pid) {
			u.open("/proc/"+p.Name()+"/fd", dev)
			u.mapped("/proc/"+p.Name()+"/maps", dev)
		}
	}
}

func (u *usage) open(dir string, dev uint64) {
	f, err := os.Open(dir)
	if err != nil {
		return
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	for _, name := range names {
		var s syscall.Stat_t
		if syscall.Stat(dir+"/"+name, &s) == nil && uint64(s.Dev) == dev && s.Nlink == 0 {
			u.add(&s)
		}
	}
}

// mapped counts the length of the mappings: nobody but the kernel knows the
// size of a file that is only mapped. One that is also open was counted.
func (u *usage) mapped(maps string, dev uint64) {
	f, err := os.Open(maps)
	if err != nil {
		return
	}
	defer f.Close()
	lengths := map[uint64]int64{}
	for lines := bufio.NewScanner(io.LimitReader(f, maxMaps)); lines.Scan(); {
		if ino, length, ok := deleted(lines.Text(), dev); ok && !u.seen[ino] {
			lengths[ino] += length
		}
	}
	for ino, length := range lengths {
		u.seen[ino] = true
		u.total += length
	}
}

// deleted reads a line of proc_pid_maps(5) about a deleted file of the device.
func deleted(line string, dev uint64) (ino uint64, length int64, ok bool) {
	if !strings.HasSuffix(line, " (deleted)") {
		return 0, 0, false
	}
	var from, to, offset, major, minor uint64
	var mode string
	if n, _ := fmt.Sscanf(line, "%x-%x %s %x %x:%x %d", &from, &to, &mode, &offset, &major, &minor, &ino); n != 7 {
		return 0, 0, false
	}
	return ino, int64(to - from), makedev(major, minor) == dev
}

// makedev is makedev(3).
func makedev(major, minor uint64) uint64 {
	return minor&0xff | major&0xfff<<8 | minor&^0xff<<12 | major&^0xfff<<32
}
