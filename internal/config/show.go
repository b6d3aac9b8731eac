package config

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"text/tabwriter"
)

// Setting is one setting as it is in force. No value of it shows a secret.
type Setting struct {
	Name    string `json:"name"`
	Value   string `json:"value"` // empty for none
	From    Origin `json:"from"`
	Default string `json:"default"`
}

// Settings lists the settings in force.
func (c *Config) Settings() []Setting {
	var all []Setting
	for _, f := range c.fields() {
		all = append(all, Setting{Name: f.name, Value: f.shown(), From: c.From(f.name), Default: f.def})
	}
	return all
}

// Shown is the value of the setting of that name as a person may see it.
func (c *Config) Shown(name string) string {
	for _, f := range c.fields() {
		if f.name == name {
			return f.shown()
		}
	}
	return ""
}

// shown is the value as a person may see it.
func (f field) shown() string {
	text := plain(f.value)
	switch {
	case text == "":
		return ""
	case f.secret == "pairs":
		return maskPairs(text)
	case f.secret != "":
		return masked
	}
	return mask(text)
}

// plain is the value as it is written in the environment.
func plain(v reflect.Value) string {
	if v.Kind() != reflect.Slice {
		return fmt.Sprint(v.Interface())
	}
	parts := make([]string, v.Len())
	for i := range parts {
		parts[i] = fmt.Sprint(v.Index(i).Interface())
	}
	return strings.Join(parts, ",")
}

const masked = "***"

// userinfo is what stands before the host in an URL.
var userinfo = regexp.MustCompile(`//[^/@\s]*@`)

// mask takes users and passwords out of what may be an URL.
func mask(text string) string { return userinfo.ReplaceAllString(text, "//"+masked+"@") }

// maskPairs leaves the names of name:key pairs. What is no such pair may be a
// key alone.
func maskPairs(text string) string {
	pairs := listed(text)
	for i, pair := range pairs {
		name, _, found := strings.Cut(pair, ":")
		if pairs[i] = masked; found {
			pairs[i] = name + ":" + masked
		}
	}
	return strings.Join(pairs, ",")
}

// Table writes the settings for a person.
func Table(w io.Writer, settings []Setting) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tVALUE\tFROM")
	for _, s := range settings {
		value := s.Value
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", s.Name, value, s.From)
	}
	return t.Flush()
}

// JSON writes the settings, and misspelt names of the environment, for
// programs. The version changes when a reader of it would have to.
func JSON(w io.Writer, settings []Setting, misspelt []Misspelt) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Version  int        `json:"version"`
		Settings []Setting  `json:"settings"`
		Misspelt []Misspelt `json:"misspelt"`
	}{1, settings, append([]Misspelt{}, misspelt...)})
}

// LogValue implements slog.LogValuer: every setting in force, as Settings has it.
func (c *Config) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, s := range c.Settings() {
		attrs = append(attrs, slog.String(s.Name, s.Value))
	}
	return slog.GroupValue(attrs...)
}
