package doctor

import "fmt"

// executor says whether the orchestrator elsewhere answers.
func executor(f Facts) []Finding {
	e := f.Executor
	switch {
	case e.URL == "":
		return nil
	case e.Begins:
		return one(ok("executor", "nobody listens at "+e.URL, "serve starts an executor there, on the engine of this host"))
	case !e.Asked:
		return one(skip("executor", "sandboxes run at "+e.URL+", which was not asked", ""))
	case e.Err != nil:
		return one(fail("executor", fmt.Sprintf("%s: %v", e.URL, e.Err), "no code can run", "start power-interpreter executor there, with the same EXECUTOR_TOKEN, and run doctor there"))
	}
	return one(ok("executor", "an executor answers at "+e.URL+" and can make sandboxes", "run doctor there for what it needs of its host"))
}
