package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Report is a whole run: what is written as JSON, and shown as a table.
type Report struct {
	Version    string    `json:"version"` // of the program that was measured
	Began      time.Time `json:"began"`
	Seconds    float64   `json:"seconds"`
	Machine    Machine   `json:"machine"`
	Repeat     int       `json:"repeat"`
	PeerIs     string    `json:"peer_is,omitempty"`     // what the peer is
	PeerAbsent string    `json:"peer_absent,omitempty"` // why there is none
	Rows       []Row     `json:"rows"`
}

// Write writes the report as JSON to a file, and makes its folder.
func (r Report) Write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// Read reads what Write wrote.
func Read(path string) (Report, error) {
	var r Report
	text, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s is no report of a benchmark: %w", path, err)
	}
	if len(r.Rows) == 0 {
		return r, fmt.Errorf("%s has no rows: it is no report of a benchmark", path)
	}
	for i, row := range r.Rows {
		if row.ID == "" || row.Unit == "" {
			return r, fmt.Errorf("%s: row %d has no id or no unit: it is no report of this program's benchmark", path, i+1)
		}
	}
	return r, nil
}
