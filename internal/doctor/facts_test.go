package doctor_test

import (
	"errors"
	"time"

	"power-interpreter/internal/config"
	"power-interpreter/internal/docker"
	"power-interpreter/internal/doctor"
)

// healthy are the facts of a host on which all is well.
func healthy() doctor.Facts {
	kept := true
	return doctor.Facts{
		Config: &config.Config{
			Host: "127.0.0.1", Port: 8000, Image: "power-interpreter-runner:latest", DataDir: "/srv/data", MaxSessions: 6, WarmSandboxes: 1,
			SessionMemory: 2 << 30, SessionCPUs: 2, SessionPids: 512, SessionDisk: 5 << 30,
		},
		Port:   doctor.Port{Free: true},
		Socket: doctor.Socket{Path: "/var/run/docker.sock", State: doctor.SocketAnswers, Took: 1500 * time.Microsecond},
		Engine: docker.Facts{
			Version: "28.5.2", API: "1.51", Supported: true, OSType: "linux", System: "Debian GNU/Linux 13", Kernel: "6.12.1", Storage: "overlay2", Backing: "extfs", Cgroup: "2", Driver: "systemd",
			Runtimes: []string{"runc", "runsc"}, Runtime: "runc", Memory: true, Swap: true, Pids: true, CPU: true, Seccomp: true, AppArmor: true,
			Clock: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC), Bytes: 16 << 30, Cores: 8,
		},
		Image: docker.ImageFacts{ID: "sha256:0123456789abcdef", Runner: "cafe0123cafe0123", Bytes: 1_100_000_000, Arch: "amd64"},
		Folder: doctor.Folder{
			Path: "/srv/data", Exists: true, Mode: "drwx------", Type: "ext4", Mount: "/srv", Options: []string{"rw", "nosuid", "nodev"},
			Free: 200 << 30, Total: 400 << 30, Inodes: 1 << 20, Tried: true,
		},
		Host: doctor.Host{
			Memory: 16 << 30, Available: 12 << 30, PIDs: 4194304, Threads: 127000, Descriptors: 1 << 20,
			Watches: 65536, Watchers: 128, Keys: 1_000_000, Synchronised: &kept,
		},
		Now: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC),
		Sandbox: doctor.Sandbox{
			Tried: true, Seen: true, Value: "2", Start: 260 * time.Millisecond, Run: 9 * time.Millisecond, Gone: 100 * time.Millisecond,
		},
	}
}

// sick are the facts of a host on which much is not.
func sick() doctor.Facts {
	f := healthy()
	f.Config.Host, f.Config.AllowAnonymous, f.Config.PublicURL, f.Config.Runtime = "0.0.0.0", true, "http://python.example.com", "runsc"
	f.Misspelt = []config.Misspelt{{Name: "SESSION_MEM", Near: "SESSION_MEMORY"}}
	f.Refused = []string{"PORT is 70000; allowed is 0 to 65535"}
	f.Port = doctor.Port{Taken: true, Err: errors.New("address in use")}
	f.Engine.Runtimes, f.Engine.Swap, f.Engine.AppArmor, f.Engine.SELinux, f.Engine.UserNamespaces = []string{"runc"}, false, false, true, true
	f.Image = docker.ImageFacts{Missing: true}
	f.Folder.Type, f.Folder.Chown, f.Folder.Owned, f.Folder.Holder = "nfs4", errors.New("operation not permitted"), errors.ErrUnsupported, 4711
	f.Folder.Free = 3 << 30
	f.UID = 1000
	f.Host = doctor.Host{Memory: 8 << 30, Available: 1 << 30, Swap: 1 << 30, PIDs: 4096, Descriptors: 256, Watchers: 16, Watches: 8192}
	f.Engine.Clock, f.Engine.Cores, f.Inside = f.Now.Add(-time.Hour), 1, true
	f.Sandbox = doctor.Sandbox{Why: "there is no image"}
	return f
}
