package doctor_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/config"
	"power-interpreter/internal/docker"
	"power-interpreter/internal/doctor"
)

// find returns a check's findings.
func find(findings []doctor.Finding, check string) (found []doctor.Finding) {
	for _, f := range findings {
		if f.Check == check {
			found = append(found, f)
		}
	}
	return found
}

func TestWhatEachFactMeans(t *testing.T) {
	broken := errors.New("it broke")
	for name, c := range map[string]struct {
		change func(*doctor.Facts)
		check  string
		level  doctor.Level
		words  string // in the finding, between bars
	}{
		"large uploads":    {func(f *doctor.Facts) { f.Config.MaxUploadMB = 6000 }, "fit", doctor.Warn, "MAX_UPLOAD_MB is 6000|5.0 GiB"},
		"large fetches":    {func(f *doctor.Facts) { f.Config.MaxFetchMB = 6000 }, "fit", doctor.Warn, "MAX_FETCH_SIZE_MB"},
		"late detaching":   {func(f *doctor.Facts) { f.Config.DetachAfter = config.Duration(time.Minute) }, "fit", doctor.Warn, "DETACH_AFTER=55s"},
		"too many spares":  {func(f *doctor.Facts) { f.Config.WarmSandboxes = 7 }, "fit", doctor.Warn, "WARM_SANDBOXES is 7"},
		"nothing told":     {func(f *doctor.Facts) { f.EngineErr = broken }, "confinement", doctor.Skip, "could not be seen"},
		"watchers of v1":   {func(f *doctor.Facts) { f.Host.Watchers, f.Engine.Cgroup = 8, "1" }, "inotify", doctor.OK, ""},
		"two keys":         {func(f *doctor.Facts) { f.Config.Keys = make(config.Keys, 2) }, "access", doctor.OK, "2 keys"},
		"a key":            {func(f *doctor.Facts) { f.Config.Keys = make(config.Keys, 1) }, "access", doctor.OK, "1 key at"},
		"keys and all":     {func(f *doctor.Facts) { f.Config.Keys, f.Config.AllowAnonymous = make(config.Keys, 1), true }, "access", doctor.Warn, "unset ALLOW_ANONYMOUS"},
		"anonymous here":   {func(f *doctor.Facts) { f.Config.AllowAnonymous = true }, "access", doctor.OK, "proxy"},
		"anonymous to all": {func(f *doctor.Facts) { f.Config.Host, f.Config.AllowAnonymous = "::", true }, "access", doctor.Warn, "openssl rand"},
		"https":            {func(f *doctor.Facts) { f.Config.PublicURL = "https://a.example/py" }, "public-url", doctor.OK, "https://a.example/py"},
		"http":             {func(f *doctor.Facts) { f.Config.PublicURL = "http://a.example" }, "public-url", doctor.Warn, "in the clear"},
		"local http":       {func(f *doctor.Facts) { f.Config.PublicURL = "http://127.0.0.1:8000" }, "public-url", doctor.OK, ""},
		"local for all":    {func(f *doctor.Facts) { f.Config.Host, f.Config.PublicURL = "0.0.0.0", "http://localhost" }, "public-url", doctor.Warn, "this host alone"},
		"any port":         {func(f *doctor.Facts) { f.Config.Port = 0 }, "port", doctor.OK, "a free one"},
		"our server": {func(f *doctor.Facts) {
			f.Port, f.Folder.Holder = doctor.Port{Taken: true, Server: "v1", Status: "ok"}, 7
		}, "port", doctor.OK, "Power Interpreter v1"},
		"our sick server": {func(f *doctor.Facts) {
			f.Port, f.Folder.Holder = doctor.Port{Taken: true, Server: "v1", Status: "unavailable", Reason: "no engine"}, 7
		}, "port", doctor.Warn, "unavailable|no engine"},
		"our other server":  {func(f *doctor.Facts) { f.Port = doctor.Port{Taken: true, Server: "v1", Status: "ok"} }, "port", doctor.Warn, "another data folder"},
		"admin here":        {func(*doctor.Facts) {}, "admin", doctor.OK, "this host"},
		"admin by key":      {func(f *doctor.Facts) { f.Config.AdminKey = "k" }, "admin", doctor.OK, "ADMIN_KEY opens"},
		"no admin":          {func(f *doctor.Facts) { f.Config.Keys = make(config.Keys, 1) }, "admin", doctor.OK, "404|set ADMIN_KEY"},
		"foreign server":    {func(f *doctor.Facts) { f.Port = doctor.Port{Taken: true, Err: broken} }, "port", doctor.Fail, "ss -ltnp|:8000"},
		"low port":          {func(f *doctor.Facts) { f.Port = doctor.Port{Err: broken} }, "port", doctor.Fail, "it broke|HOST"},
		"no engine":         {func(f *doctor.Facts) { f.Socket.State = doctor.SocketAbsent }, "engine", doctor.Fail, "does not exist|systemctl start docker"},
		"denied":            {func(f *doctor.Facts) { f.Socket.State, f.UID = doctor.SocketDenied, 1000 }, "engine", doctor.Fail, "uid 1000|usermod"},
		"stale":             {func(f *doctor.Facts) { f.Socket.State = doctor.SocketStale }, "engine", doctor.Fail, "nobody listens|systemctl start"},
		"a file":            {func(f *doctor.Facts) { f.Socket.State = doctor.SocketNone }, "engine", doctor.Fail, "no socket|DOCKER_HOST"},
		"hung":              {func(f *doctor.Facts) { f.Socket.State, f.Socket.Took = doctor.SocketHangs, 3*time.Second }, "engine", doctor.Fail, "3s|hangs|restart"},
		"engine elsewhere":  {func(f *doctor.Facts) { f.Socket = doctor.Socket{State: doctor.SocketForeign} }, "engine", doctor.Fail, "EXECUTOR_URL"},
		"no HTTP":           {func(f *doctor.Facts) { f.Socket.State, f.Socket.Err = doctor.SocketBroken, broken }, "engine", doctor.Fail, "it broke"},
		"mute engine":       {func(f *doctor.Facts) { f.EngineErr = broken }, "engine", doctor.Fail, "it broke|docker info"},
		"old engine":        {func(f *doctor.Facts) { f.Engine.API, f.Engine.Supported = "1.40", false }, "api", doctor.Fail, "1.40|1.41|newer"},
		"Windows":           {func(f *doctor.Facts) { f.Engine.OSType = "windows" }, "api", doctor.Fail, "windows"},
		"vfs":               {func(f *doctor.Facts) { f.Engine.Storage = "vfs" }, "storage", doctor.Warn, "overlay2"},
		"no image":          {func(f *doctor.Facts) { f.Image = docker.ImageFacts{Missing: true} }, "image", doctor.Fail, "make image"},
		"foreign image":     {func(f *doctor.Facts) { f.Image.Runner = "" }, "image", doctor.Fail, "no runner|SANDBOX_IMAGE"},
		"image unseen":      {func(f *doctor.Facts) { f.ImageErr = broken }, "image", doctor.Fail, "it broke"},
		"pulled image":      {func(f *doctor.Facts) { f.Image.Digest = "r@sha256:9" }, "image", doctor.OK, "r@sha256:9"},
		"gVisor":            {func(f *doctor.Facts) { f.Config.Runtime = "runsc" }, "runtime", doctor.OK, "gVisor"},
		"gVisor by default": {func(f *doctor.Facts) { f.Engine.Runtime = "runsc" }, "runtime", doctor.OK, "gVisor"},
		"no such runtime":   {func(f *doctor.Facts) { f.Config.Runtime = "kata" }, "runtime", doctor.Fail, `"kata"|runc, runsc|SANDBOX_RUNTIME`},
		"no memory limit":   {func(f *doctor.Facts) { f.Engine.Memory = false }, "cgroup", doctor.Fail, "not memory|cgroup_enable"},
		"no pids limit":     {func(f *doctor.Facts) { f.Engine.Pids = false }, "cgroup", doctor.Fail, "not pids"},
		"no cpu limit":      {func(f *doctor.Facts) { f.Engine.CPU = false }, "cgroup", doctor.Fail, "not cpu"},
		"swap unlimited":    {func(f *doctor.Facts) { f.Engine.Swap, f.Host.Swap = false, 1 }, "cgroup", doctor.Warn, "not swap|swapoff"},
		"no swap at all":    {func(f *doctor.Facts) { f.Engine.Swap = false }, "cgroup", doctor.OK, "no swap"},
		"no seccomp":        {func(f *doctor.Facts) { f.Engine.Seccomp = false }, "seccomp", doctor.Fail, "CONFIG_SECCOMP_FILTER"},
		"SELinux":           {func(f *doctor.Facts) { f.Engine.SELinux = true }, "mac", doctor.Warn, "chcon -Rt container_file_t /srv/data"},
		"neither":           {func(f *doctor.Facts) { f.Engine.AppArmor = false }, "mac", doctor.OK, "neither"},
		"rootless":          {func(f *doctor.Facts) { f.Engine.Rootless = true }, "users", doctor.Warn, "rootless"},
		"userns":            {func(f *doctor.Facts) { f.Engine.UserNamespaces = true }, "users", doctor.Warn, "userns-remap"},
		"odd folder":        {func(f *doctor.Facts) { f.Folder.Err = broken }, "folder", doctor.Fail, "it broke|ls -ld /srv/data"},
		"folder read-only":  {func(f *doctor.Facts) { f.Folder.Made, f.Folder.Options = broken, []string{"ro"} }, "folder", doctor.Fail, "read-only|remount,rw /srv"},
		"folder of others":  {func(f *doctor.Facts) { f.Folder.Made = broken }, "folder", doctor.Fail, "it broke|chown"},
		"folder to make":    {func(f *doctor.Facts) { f.Folder.Exists, f.Folder.Parent = false, "/srv" }, "folder", doctor.OK, "first start makes it"},
		"folder not to be":  {func(f *doctor.Facts) { f.Folder.Exists, f.Folder.Parent, f.Folder.Made = false, "/srv", broken }, "folder", doctor.Fail, "in /srv|mkdir -p /srv/data"},
		"others' files":     {func(f *doctor.Facts) { f.Folder.Others = 2 }, "folder", doctor.Warn, "2 entries|empty folder"},
		"others' tmp":       {func(f *doctor.Facts) { f.Folder.Others, f.Folder.Tmp = 2, true }, "folder", doctor.Fail, "delete what is in /srv/data/tmp"},
		"network disk":      {func(f *doctor.Facts) { f.Folder.Type = "nfs4" }, "file-system", doctor.Warn, "local disk"},
		"memory disk":       {func(f *doctor.Facts) { f.Folder.Type = "tmpfs" }, "file-system", doctor.Warn, "next boot"},
		"noexec":            {func(f *doctor.Facts) { f.Folder.Options = []string{"rw", "noexec"} }, "file-system", doctor.Warn, "noexec|remount,exec /srv"},
		"unseen disk":       {func(f *doctor.Facts) { f.Folder.Type = "" }, "file-system", doctor.Skip, "/srv/data"},
		"no CHOWN":          {func(f *doctor.Facts) { f.Folder.Chown, f.UID = broken, 1000 }, "capabilities", doctor.Fail, "uid 1000|CHOWN|run as root"},
		"root without":      {func(f *doctor.Facts) { f.Folder.Owned = broken }, "capabilities", doctor.Fail, "FOWNER|root_squash"},
		"no override":       {func(f *doctor.Facts) { f.Folder.Override = broken }, "capabilities", doctor.Fail, "DAC_OVERRIDE"},
		"nothing tried":     {func(f *doctor.Facts) { f.Folder.Tried = false }, "capabilities", doctor.Skip, "/srv/data"},
		"held":              {func(f *doctor.Facts) { f.Folder.Holder = 42 }, "holder", doctor.OK, "process 42"},
		"holder unseen":     {func(f *doctor.Facts) { f.Folder.Holder = -1 }, "holder", doctor.Skip, ""},
		"disk full":         {func(f *doctor.Facts) { f.Folder.Free = 1 << 20 }, "disk", doctor.Fail, "df -h /srv"},
		"disk short":        {func(f *doctor.Facts) { f.Folder.Free = 29 << 30 }, "disk", doctor.Warn, "30 GiB|SESSION_DISK|watchdog"},
		"disk enough":       {func(f *doctor.Facts) { f.Folder.Free = 30 << 30 }, "disk", doctor.OK, "watchdog"},
		"no inodes":         {func(f *doctor.Facts) { f.Folder.Inodes = 9 }, "disk", doctor.Warn, "df -i"},
		"inodes untold":     {func(f *doctor.Facts) { f.Folder.Inodes = -1 }, "disk", doctor.OK, ""},
		"memory short":      {func(f *doctor.Facts) { f.Host.Memory = 13 << 30 }, "memory", doctor.Warn, "out-of-memory"},
		"memory taken":      {func(f *doctor.Facts) { f.Host.Available = 1 << 30 }, "memory", doctor.Warn, "not even one"},
		"memory elsewhere":  {func(f *doctor.Facts) { f.Engine.Bytes = 8 << 30 }, "memory", doctor.Warn, "8.0 GiB|at most 1.3 GiB"},
		"cores":             {func(*doctor.Facts) {}, "cores", doctor.OK, "8 of the host"},
		"few cores":         {func(f *doctor.Facts) { f.Engine.Cores = 1 }, "cores", doctor.Warn, "SESSION_CPUS=1"},
		"in a container":    {func(f *doctor.Facts) { f.Inside = true }, "place", doctor.OK, "trial below"},
		"data not mounted":  {func(f *doctor.Facts) { f.Inside, f.PlaceErr = true, errors.New("not mounted") }, "place", doctor.Fail, "not mounted|SANDBOX_DATA_DIR_HOST"},
		"memory unseen":     {func(f *doctor.Facts) { f.Host.Memory = 0 }, "memory", doctor.Skip, ""},
		"few processes":     {func(f *doctor.Facts) { f.Host.PIDs = 7000 }, "processes", doctor.Warn, "pid_max"},
		"few threads":       {func(f *doctor.Facts) { f.Host.Threads = 7000 }, "processes", doctor.Warn, "7000"},
		"processes unseen":  {func(f *doctor.Facts) { f.Host.PIDs = 0 }, "processes", doctor.Skip, ""},
		"few descriptors":   {func(f *doctor.Facts) { f.Host.Descriptors = 256 }, "descriptors", doctor.Warn, "ulimit -n"},
		"few watchers":      {func(f *doctor.Facts) { f.Host.Watchers = 8 }, "inotify", doctor.Warn, "max_user_instances"},
		"few keys":          {func(f *doctor.Facts) { f.Host.Keys = 3 }, "keyrings", doctor.Warn, "root_maxkeys"},
		"unset clock":       {func(f *doctor.Facts) { f.Now = time.Unix(0, 0) }, "clock", doctor.Fail, "1970|set-ntp"},
		"engine's clock":    {func(f *doctor.Facts) { f.Engine.Clock = f.Now.Add(time.Minute) }, "clock", doctor.Warn, "1m0s"},
		"no NTP":            {func(f *doctor.Facts) { f.Host.Synchronised = new(bool) }, "clock", doctor.OK, "not kept by NTP"},
		"NTP unseen":        {func(f *doctor.Facts) { f.Host.Synchronised = nil }, "clock", doctor.OK, "could not be seen"},
		"quick":             {func(f *doctor.Facts) { f.Sandbox = doctor.Sandbox{Why: "--quick"} }, "sandbox", doctor.Skip, "--quick"},
		"no start":          {func(f *doctor.Facts) { f.Sandbox.Err, f.Sandbox.Doing = broken, "start" }, "sandbox", doctor.Fail, "failed to start|it broke"},
		"other folder":      {func(f *doctor.Facts) { f.Sandbox.Seen = false }, "sandbox", doctor.Fail, "does not see|-v /srv/data:/srv/data"},
		"wrong sum":         {func(f *doctor.Facts) { f.Sandbox.Value = "3" }, "sandbox", doctor.Fail, `"3"`},
	} {
		t.Run(name, func(t *testing.T) {
			facts := healthy()
			c.change(&facts)
			found := find(doctor.Judge(facts), c.check)
			if len(found) != 1 {
				t.Fatalf("%d findings", len(found))
			}
			f := found[0]
			all := f.What + ": " + f.Means + " -> " + f.Mend
			if f.Level != c.level {
				t.Errorf("%s: %s, want %s", all, f.Level, c.level)
			}
			for _, word := range strings.Split(c.words, "|") {
				if !strings.Contains(all, word) {
					t.Errorf("%s does not say %q", all, word)
				}
			}
			if (f.Level == doctor.Fail || f.Level == doctor.Warn) && (f.Means == "" || f.Mend == "") && name != "our sick server" {
				t.Errorf("%s: without what it means, or how to mend it", all)
			}
		})
	}
}

func TestWhatWasNotSeenIsNotJudged(t *testing.T) {
	for name, change := range map[string]func(*doctor.Facts){
		"nothing at all": func(f *doctor.Facts) { *f = doctor.Facts{Config: &config.Config{Host: "127.0.0.1"}} },
		"no engine": func(f *doctor.Facts) {
			f.Socket.State, f.Engine, f.EngineErr = doctor.SocketAbsent, docker.Facts{}, errors.New("none")
		},
		"sandboxes elsewhere": func(f *doctor.Facts) {
			f.Executor = doctor.Executor{URL: "https://far.example", Asked: true}
		},
	} {
		facts := healthy()
		change(&facts)
		findings := doctor.Judge(facts)
		for _, check := range []string{"api", "storage", "image", "runtime", "cgroup", "seccomp", "mac", "users"} {
			if found := find(findings, check); len(found) > 0 {
				t.Errorf("%s: %v", name, found)
			}
		}
	}
}

func TestSandboxesElsewhereAreTheExecutorsConcern(t *testing.T) {
	for name, c := range map[string]struct {
		executor doctor.Executor
		level    doctor.Level
		here     bool // this host's engine and folder are looked at
	}{
		"answers": {doctor.Executor{URL: "https://far.example", Asked: true}, doctor.OK, false},
		"away":    {doctor.Executor{URL: "https://far.example", Asked: true, Err: errors.New("gone")}, doctor.Fail, false},
		"begins":  {doctor.Executor{URL: "http://127.0.0.1:8080", Begins: true}, doctor.OK, true},
	} {
		facts := healthy()
		facts.Executor = c.executor
		findings := doctor.Judge(facts)
		found := find(findings, "executor")
		if len(found) != 1 || found[0].Level != c.level {
			t.Errorf("%s: %v", name, found)
		}
		if here := len(find(findings, "folder")) == 1; here != c.here {
			t.Errorf("%s: the folder is judged: %t", name, here)
		}
	}
}

func TestATrialThatIsLeftIsTold(t *testing.T) {
	facts := healthy()
	facts.Sandbox.Left = errors.New("busy")
	found := find(doctor.Judge(facts), "sandbox")
	if len(found) != 2 || found[1].Level != doctor.Warn || !strings.Contains(found[1].What, "busy") {
		t.Errorf("%v", found)
	}
}

func TestOnlyWhatWillNotWorkIsAFailure(t *testing.T) {
	if n := doctor.Failures(doctor.Judge(healthy())); n != 0 {
		t.Errorf("%d failures of a healthy host", n)
	}
	warned := healthy()
	warned.Folder.Type, warned.Host.Keys = "tmpfs", 0
	if n := doctor.Failures(doctor.Judge(warned)); n != 0 {
		t.Errorf("%d failures, of a warning and what was not seen", n)
	}
	if n := doctor.Failures(doctor.Judge(sick())); n != 5 {
		t.Errorf("%d failures of a sick host", n)
	}
}
