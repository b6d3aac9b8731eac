package config

import (
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// Duration reads what time.ParseDuration does, and days, as "7d".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	if days, isDays := strings.CutSuffix(s, "d"); isDays {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || n < 0 || n > 36500 {
			return fmt.Errorf("%q is no duration; write it as 90s, 30m, 4h or 7d", s)
		}
		*d = Duration(n * 24 * float64(time.Hour))
		return nil
	}
	parsed, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("%q is no duration; write it as 90s, 30m, 4h or 7d", s)
	}
	*d = Duration(parsed)
	return nil
}

// String returns the duration as it is written, with days where they are whole.
func (d Duration) String() string {
	const day = 24 * time.Hour
	t := time.Duration(d)
	if t >= day && t%day == 0 {
		return strconv.Itoa(int(t/day)) + "d"
	}
	s := t.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Size is a number of bytes, read as "4GiB", "512MB" or a plain number.
type Size int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n > math.MaxInt64 {
		return fmt.Errorf("%q is no size; write it as 512MiB or 4GiB", text)
	}
	*s = Size(n)
	return nil
}

// String returns the size as a person reads it.
func (s Size) String() string { return humanize.IBytes(uint64(max(s, 0))) }

// Prefixes are address ranges; a single address is a range of one.
type Prefixes []netip.Prefix

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Prefixes) UnmarshalText(text []byte) error {
	for _, part := range listed(string(text)) {
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			addr, err := netip.ParseAddr(part)
			if err != nil {
				return fmt.Errorf("%q is no address range; write it as 10.0.0.0/8 or 10.1.2.3", part)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		*p = append(*p, prefix.Masked())
	}
	return nil
}

// listed splits what is between commas, blanks or newlines.
func listed(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
}

// LogLevel is the name of a level, in capitals.
type LogLevel string

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *LogLevel) UnmarshalText(text []byte) error {
	switch name := strings.ToUpper(string(text)); name {
	case "DEBUG", "INFO", "WARNING", "WARN", "ERROR":
		*l = LogLevel(name)
		return nil
	}
	return fmt.Errorf("%q is no level; allowed are DEBUG, INFO, WARNING and ERROR", text)
}

func (l LogLevel) slog() slog.Level {
	var level slog.Level
	if l == "WARNING" {
		return slog.LevelWarn
	}
	_ = level.UnmarshalText([]byte(l)) // empty, in a Config that nobody read, is INFO
	return level
}
