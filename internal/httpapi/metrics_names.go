package httpapi

import "github.com/prometheus/client_golang/prometheus"

// described are all of the following.
var described []*prometheus.Desc

// The figures of the orchestrator, by the conventions of
// https://prometheus.io/docs/practices/naming/. No label's values are without
// bound: sessions and owners are none.
var (
	descUp         = desc("engine_up", "1 while sandboxes can be made and their records be written, else 0.")
	descSessions   = desc("sessions", "Sessions, by what they are doing.", "state")
	descPlaces     = desc("places", "Sandboxes that sessions may have at once (MAX_SESSIONS).")
	descHeld       = desc("places_held", "Sandboxes that sessions have.")
	descSpares     = desc("spares_ready", "Sandboxes that wait for a new session.")
	descSparesKept = desc("spares_kept", "Sandboxes that are to wait for a new session (WARM_SANDBOXES).")
	descWaiting    = desc("calls_waiting", "Calls that wait for their session's turn.")

	descRuns = desc("execution_duration_seconds", "Time that executions ran, by what they did and how they ended.", "op", "status")

	descWaits        = desc("queue_wait_seconds", "Time from an execution's arrival to its beginning.")
	descStarts       = desc("sandbox_start_duration_seconds", "Time from a sandbox's start to its waiting runner.")
	descStartsFailed = desc("sandbox_start_failures_total", "Sandboxes that could not be started.")
	descDeaths       = desc("kernel_deaths_total", "Kernels that ended, by cause; reset is by request.", "cause")
	descFetched      = desc("fetched_bytes_total", "Bytes of files that fetch_from_url brought.")
	descUploaded     = desc("uploaded_bytes_total", "Bytes of files that were uploaded, by upload_file and PUT.")
	descCut          = desc("output_cut_characters_total", "Characters of output that replies left out.")
	descStoreFailed  = desc("store_write_failures_total", "Writes of the record of executions that failed and were tried again.")
)
