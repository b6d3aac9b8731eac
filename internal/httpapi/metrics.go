package httpapi

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	// client_golang has the exposition formats, the histograms, and the Go
	// runtime's and the process's own figures.
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"power-interpreter/orchestrator"
)

const (
	// scrapeTime bounds a scrape; Prometheus's own is 10 s.
	scrapeTime = 8 * time.Second
	// figuresTime bounds the question for the figures, which may be another process's.
	figuresTime = 4 * time.Second
	// maxScrapes bounds those at once: one server scrapes, a second may.
	maxScrapes = 4
	// maxOutcomes bounds the series of a tool: statuses and codes are some twenty.
	maxOutcomes = 40

	namespace = "power_interpreter"
)

// callBounds are of the histogram of tool calls, in seconds: from a look-up to a
// call that is detached after DETACH_AFTER, and those that wait to their end.
var callBounds = []float64{0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300}

// Metrics is /metrics: what the sandboxes' figures say, and what this process
// itself has counted. No label of it is a caller's word.
type Metrics struct {
	// Registry is what is gathered at each scrape.
	Registry   *prometheus.Registry
	handler    http.Handler
	calls      *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	downloaded prometheus.Counter

	mu       sync.Mutex
	outcomes map[string]bool // that have a series of their own
}

// NewMetrics returns the metrics of a program of that version. Figures and the
// health are asked for at each scrape.
func NewMetrics(version string, admin orchestrator.Administration, checker Checker) *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		outcomes: map[string]bool{},
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: "tool_calls_total",
			Help: "Calls of MCP tools that were answered, by outcome: ok, how its execution ended, or the code of its error."}, []string{"tool", "outcome"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: "tool_call_duration_seconds",
			Help: "Time from a tool call's arrival to its answer, waiting included.", Buckets: callBounds}, []string{"tool"}),
		downloaded: prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "downloaded_bytes_total",
			Help: "Bytes of sessions' files sent by /files and /charts."}),
	}
	built := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: "build_info",
		Help: "1, with the version of the program.", ConstLabels: prometheus.Labels{"version": version}})
	built.Set(1)
	m.Registry.MustRegister(m.calls, m.durations, m.downloaded, built, figures{admin, checker},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes, Timeout: scrapeTime})
	return m
}

// ServeHTTP serves a scrape.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }

// Called counts a tool call's answer. Tool is of a small set; so is outcome,
// unless it is the word of an executor that does not keep to it.
func (m *Metrics) Called(tool, outcome string, took time.Duration) {
	m.calls.WithLabelValues(tool, m.outcome(outcome)).Inc()
	m.durations.WithLabelValues(tool).Observe(took.Seconds())
}

// outcome is the first maxOutcomes words as they are, and "other" for more.
func (m *Metrics) outcome(word string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.outcomes[word] {
		if len(m.outcomes) >= maxOutcomes {
			return "other"
		}
		m.outcomes[word] = true
	}
	return word
}

// sent counts bytes of files; without metrics it counts nothing.
func (m *Metrics) sent(bytes int64) {
	if m != nil {
		m.downloaded.Add(float64(max(bytes, 0)))
	}
}

// figures collects what the orchestrator tells.
type figures struct {
	admin   orchestrator.Administration
	checker Checker
}

// Describe describes all that Collect may send.
func (figures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range described {
		to <- d
	}
}

// Collect sends what there is. An orchestrator that does not answer leaves its
// figures out, and is told as down.
func (f figures) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), figuresTime)
	defer cancel()
	up := 1.0
	if f.checker.Health(ctx) != nil {
		up = 0
	}
	to <- gauge(descUp, up)
	told, err := f.admin.Figures(ctx)
	if err != nil {
		return
	}
	for state, n := range told.Totals.States {
		to <- gauge(descSessions, float64(n), string(state))
	}
	to <- gauge(descPlaces, float64(told.Totals.Places))
	to <- gauge(descHeld, float64(told.Totals.Held))
	to <- gauge(descSpares, float64(told.Totals.Spares))
	to <- gauge(descSparesKept, float64(told.Totals.SparesKept))
	to <- gauge(descWaiting, float64(told.Queued))
	for _, run := range told.Runs {
		to <- histogram(descRuns, run.Seconds, string(run.Op), string(run.Status))
	}
	to <- histogram(descWaits, told.Waits)
	to <- histogram(descStarts, told.Starts)
	for _, cause := range causes {
		to <- counter(descDeaths, told.Deaths[cause], string(cause))
	}
	to <- counter(descStartsFailed, told.StartsFailed)
	to <- counter(descFetched, told.Fetched)
	to <- counter(descUploaded, told.Uploaded)
	to <- counter(descCut, told.Cut)
	to <- counter(descStoreFailed, told.StoreFailed)
}

// causes are all that a kernel may die of: a counter is there before its first.
var causes = []orchestrator.Cause{
	orchestrator.CauseExit, orchestrator.CauseSignal, orchestrator.CauseOOM, orchestrator.CauseKilled,
	orchestrator.CauseReset, orchestrator.CauseDisk, orchestrator.CauseGone,
}

func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func counter(d *prometheus.Desc, value int64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value), labels...)
}

// histogram is one as Prometheus counts: each bound with all below it.
func histogram(d *prometheus.Desc, h orchestrator.Histogram, labels ...string) prometheus.Metric {
	var total uint64
	buckets := map[float64]uint64{}
	for i, n := range h.Counts {
		total += n
		if i < len(h.Bounds) {
			buckets[h.Bounds[i]] = total
		}
	}
	return prometheus.MustNewConstHistogram(d, total, h.Sum, buckets, labels...)
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	d := prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), strings.TrimSpace(help), labels, nil)
	described = append(described, d)
	return d
}
