package doctor

// checks are all that is looked at, in the order of the report: each depends
// only on what stands before it, so the first failure is the one to mend first.
var checks = []func(Facts) []Finding{
	settings,
	fit,
	access,
	admin,
	publicURL,
	port,
	executor,
	engine,
	unseenEngine,
	api,
	storage,
	image,
	ociRuntime,
	cgroup,
	confinement,
	namespaces,
	place,
	folder,
	fileSystem,
	capabilities,
	holder,
	disk,
	memory,
	cores,
	processes,
	descriptors,
	watches,
	keyrings,
	clock,
	sandbox,
}

// Judge says what the facts mean.
func Judge(f Facts) []Finding {
	var findings []Finding
	for _, check := range checks {
		findings = append(findings, check(f)...)
	}
	return findings
}

// one is a check's only finding.
func one(f Finding) []Finding { return []Finding{f} }

// elsewhere reports whether sandboxes run on another host, so that the engine
// and the data folder of this one are of no concern.
func (f Facts) elsewhere() bool { return f.Executor.URL != "" && !f.Executor.Begins }

// engineKnown reports whether the engine told of itself.
func (f Facts) engineKnown() bool { return !f.elsewhere() && f.EngineErr == nil && f.Engine.API != "" }

// sandboxes is how many may run at once.
func (f Facts) sandboxes() int64 { return int64(f.Config.MaxSessions + f.Config.WarmSandboxes) }
