package cgroup_test

import (
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"power-interpreter/internal/cgroup"
)

const id = "6539489caa25b5a5e5ea31a0bdc3933bdeb2d4eabf02dd352c14124516c62af1"

// host is a root with these files.
func host(files map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

var version1 = map[string]string{
	"proc/7/cgroup": "12:pids:/docker/" + id + "\n4:cpu,cpuacct:/docker/" + id + "\n3:memory:/docker/" + id + "\n0::/docker/" + id + "\n",
	"sys/fs/cgroup/memory/docker/" + id + "/memory.usage_in_bytes":     "1000\n",
	"sys/fs/cgroup/memory/docker/" + id + "/memory.max_usage_in_bytes": "2000\n",
	"sys/fs/cgroup/memory/docker/" + id + "/memory.stat":               "inactive_file 1\nx_total_inactive_file 9\ntotal_inactive_file 300\n",
	"sys/fs/cgroup/cpuacct/docker/" + id + "/cpuacct.usage":            "1500000000\n",
	"sys/fs/cgroup/pids/docker/" + id + "/pids.current":                "25\n",
}

const slice = "sys/fs/cgroup/system.slice/docker-" + id + ".scope/"

var version2 = map[string]string{
	"proc/7/cgroup":          "0::/system.slice/docker-" + id + ".scope\n",
	slice + "memory.current": "1000\n",
	slice + "memory.peak":    "2000\n",
	slice + "memory.stat":    "anon 600\ninactive_file 300\n",
	slice + "cpu.stat":       "usage_usec 1500000\nuser_usec 1\n",
	slice + "pids.current":   "25\n",
}

func without(files map[string]string, name string) map[string]string {
	rest := map[string]string{}
	for n, text := range files {
		if n != name {
			rest[n] = text
		}
	}
	return rest
}

func TestAGroupIsReadInEitherVersion(t *testing.T) {
	whole := cgroup.Reading{Memory: 700, Peak: 2000, CPU: 1500 * time.Millisecond, Pids: 25}
	old := whole
	old.Peak = -1
	noCPU := whole
	noCPU.CPU = -1
	for name, c := range map[string]struct {
		files map[string]string
		want  cgroup.Reading
	}{
		"version 1":                     {version1, whole},
		"version 2":                     {version2, whole},
		"version 2 before Linux 5.19":   {without(version2, slice+"memory.peak"), old},
		"version 2 without the CPU's":   {without(version2, slice+"cpu.stat"), noCPU},
		"version 1 without the CPU's":   {without(version1, "sys/fs/cgroup/cpuacct/docker/"+id+"/cpuacct.usage"), noCPU},
		"version 1, memory.stat hidden": {without(version1, "sys/fs/cgroup/memory/docker/"+id+"/memory.stat"), cgroup.Reading{Memory: 1000, Peak: 2000, CPU: whole.CPU, Pids: 25}},
	} {
		got, err := cgroup.Read(host(c.files), 7, id)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

func TestAnotherProcessIsNotTakenForTheContainers(t *testing.T) {
	for name, c := range map[string]struct {
		files     map[string]string
		container string
	}{
		"no such process":      {without(version2, "proc/7/cgroup"), id},
		"a process of others":  {map[string]string{"proc/7/cgroup": "0::/user.slice\n", "sys/fs/cgroup/user.slice/memory.current": "5\n"}, id},
		"a group not in sight": {map[string]string{"proc/7/cgroup": version2["proc/7/cgroup"]}, id},
		"no container":         {version2, ""},
		"nonsense":             {map[string]string{"proc/7/cgroup": id + "\n::::\n"}, id},
		"a negative figure":    {map[string]string{"proc/7/cgroup": version2["proc/7/cgroup"], slice + "memory.current": "-5\n"}, id},
	} {
		if got, err := cgroup.Read(host(c.files), 7, c.container); !errors.Is(err, cgroup.ErrElsewhere) {
			t.Errorf("%s: %+v, %v; want ErrElsewhere", name, got, err)
		}
	}
}
