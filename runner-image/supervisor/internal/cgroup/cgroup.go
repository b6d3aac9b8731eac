// Package cgroup reads the limits that the container's control group has met.
package cgroup

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// Mount is where a container finds its own group, read-only.
const Mount = "/sys/fs/cgroup"

// Group is a control group of version 1 or 2.
type Group struct {
	root string
	v1   bool
}

// Open looks below root, Mount in a container. Where nothing is mounted, every
// counter reads 0.
func Open(root string) Group {
	_, err := os.Stat(filepath.Join(root, "memory", "memory.oom_control"))
	return Group{root: root, v1: err == nil}
}

// Counts are events since the container's start.
type Counts struct {
	OOMKills int64 // processes killed at the memory limit
	PidsMax  int64 // forks refused at the limit of processes
}

// Counts reads two small files.
func (g Group) Counts() Counts {
	if g.v1 {
		return Counts{
			OOMKills: g.key("memory/memory.oom_control", "oom_kill"),
			PidsMax:  g.key("pids/pids.events", "max"),
		}
	}
	return Counts{
		OOMKills: g.key("memory.events", "oom_kill"),
		PidsMax:  g.key("pids.events", "max"),
	}
}

// Memory returns the limit and the highest use, in bytes, 0 for not known.
func (g Group) Memory() (limit, peak int64) {
	if g.v1 {
		return g.number("memory/memory.limit_in_bytes"), g.number("memory/memory.max_usage_in_bytes")
	}
	return g.number("memory.max"), g.number("memory.peak")
}

// Room says whether this much more memory, in bytes, and so many more processes
// and threads fit below the limits; false where that is not known.
func (g Group) Room(memory, pids int64) bool {
	if g.v1 {
		return g.below("memory/memory.usage_in_bytes", memory, "memory/memory.limit_in_bytes") &&
			g.below("pids/pids.current", pids, "pids/pids.max")
	}
	return g.below("memory.current", memory, "memory.max") && g.below("pids.current", pids, "pids.max")
}

// below compares what is used, and more, to a limit, which may be none.
func (g Group) below(used string, more int64, limit string) bool {
	now := g.number(used)
	if now == 0 {
		return false
	}
	return string(bytes.TrimSpace(g.read(limit))) == "max" || now+more <= g.number(limit)
}

// key reads the number behind a word, as the kernel's cgroup-v2.rst calls a
// flat keyed file.
func (g Group) key(name, word string) int64 {
	for line := range bytes.Lines(g.read(name)) {
		if k, v, ok := bytes.Cut(bytes.TrimSpace(line), []byte(" ")); ok && string(k) == word {
			return number(v)
		}
	}
	return 0
}

func (g Group) number(name string) int64 { return number(bytes.TrimSpace(g.read(name))) }

func (g Group) read(name string) []byte {
	data, err := os.ReadFile(filepath.Join(g.root, name))
	if err != nil {
		return nil // another version, or no such controller
	}
	return data
}

// number returns 0 for what is none, such as "max".
func number(text []byte) int64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
