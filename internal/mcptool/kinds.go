package mcptool

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"power-interpreter/orchestrator"
)

// Bounds of text arguments, in bytes.
const (
	maxShort = 4 << 10   // a name, a path (PATH_MAX), a sheet
	maxURL   = 8 << 10   // what servers take as a request line
	maxSQL   = 256 << 10 // far beyond any query a person or model writes
)

// text is an argument of text with more in it than white space.
func text(name, about string, into *string, most int, advice string) param {
	return param{name: name, about: about, kind: "string", take: func(v any) error {
		s, err := asText(name, v, most, advice)
		if err == nil && strings.TrimSpace(s) == "" {
			return orchestrator.Errorf(orchestrator.CodeInvalid, "%s is empty", name)
		}
		*into = s
		return err
	}}
}

// optional is a short text that may be left out or empty, with the same meaning.
func optional(name, about string, into *string, most int) param {
	return param{name: name, about: about, kind: "string", take: func(v any) (err error) {
		*into, err = asText(name, v, most, "")
		return err
	}}
}

// ignored is what older clients send and nothing needs.
func ignored(name string) param {
	return param{name: name, kind: "string", hidden: true, take: func(any) error { return nil }}
}

// asText takes a string only: a number here is most often an argument in the
// wrong place. Names that may look like numbers use asName.
func asText(name string, v any, most int, advice string) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", orchestrator.Errorf(orchestrator.CodeInvalid, "%s must be a string; got %s", name, kindOf(v))
	}
	if len(s) > most {
		if advice != "" {
			advice = ": " + advice
		}
		return "", orchestrator.Errorf(orchestrator.CodeTooLarge, "%s is %s; at most %s are taken%s",
			name, humanize.IBytes(uint64(len(s))), humanize.IBytes(uint64(most)), advice)
	}
	return s, nil
}

// sessionID is the argument that names the session. Its value is checked where
// the session is used, by the domain's own rule.
func sessionID(into *string) param {
	*into = "default"
	p := asName("session_id", "Made at its first use; has its own kernel and files.", into)
	p.usual = `"default"`
	return p
}

// jobID is the argument that names a job.
func jobID(into *string) param {
	p := asName("job_id", "8 hex digits, from submit_job or a detached execute_code.", into).must()
	take := p.take
	p.take = func(v any) error {
		if err := take(v); err != nil {
			return err
		}
		*into = strings.ToLower(strings.TrimSpace(*into))
		if !jobIDs.MatchString(*into) {
			return orchestrator.Errorf(orchestrator.CodeInvalid,
				"job_id must be the 8 hex digits that submit_job answered, as a3f9c1b2; got %s", quote(clip(*into, maxEcho)))
		}
		return nil
	}
	return p
}

var jobIDs = regexp.MustCompile(`^[0-9a-f]{8}$`)

// asName takes a string, or a number as it was written: 2024 is a fine
// session, and one job id in forty has no letter.
func asName(name, about string, into *string) param {
	return param{name: name, about: about, kind: "string", take: func(v any) (err error) {
		if n, ok := v.(json.Number); ok {
			v = n.String()
		}
		*into, err = asText(name, v, maxShort, "")
		return err
	}}
}

// seconds is a span of time within bounds.
func seconds(about string, into *time.Duration, usual, most time.Duration) param {
	least := orchestrator.MinTimeout
	*into = usual
	return param{
		name: "timeout", about: about, kind: "number",
		usual: number(usual.Seconds()), min: number(least.Seconds()), max: number(most.Seconds()),
		take: func(v any) error {
			f, err := asNumber("timeout", v)
			if err != nil {
				return err
			}
			if f < least.Seconds() || f > most.Seconds() {
				return orchestrator.Errorf(orchestrator.CodeInvalid, "timeout must be from %s to %s seconds; got %s",
					number(least.Seconds()), number(most.Seconds()), number(f))
			}
			*into = time.Duration(f * float64(time.Second))
			return nil
		},
	}
}

// whole is a whole number within bounds; most 0 publishes no upper one.
func whole(name, about string, into *int, usual, least, most int) param {
	*into = usual
	p := param{name: name, about: about, kind: "integer", usual: strconv.Itoa(usual), min: strconv.Itoa(least)}
	words := fmt.Sprintf("%s must be a whole number from %d on", name, least)
	if most > 0 {
		p.max = strconv.Itoa(most)
		words = fmt.Sprintf("%s must be a whole number from %d to %d", name, least, most)
	} else {
		most = math.MaxInt32
	}
	p.take = func(v any) error {
		f, err := asNumber(name, v)
		if err != nil {
			return err
		}
		if f != math.Trunc(f) || f < float64(least) || f > float64(most) {
			return orchestrator.Errorf(orchestrator.CodeInvalid, "%s; got %s", words, clip(fmt.Sprint(v), maxEcho))
		}
		*into = int(f)
		return nil
	}
	return p
}

// asNumber takes a number, or a string that is wholly one.
func asNumber(name string, v any) (float64, error) {
	var written string
	switch v := v.(type) {
	case json.Number:
		written = v.String()
	case string:
		written = strings.TrimSpace(v)
	}
	f, err := strconv.ParseFloat(written, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, orchestrator.Errorf(orchestrator.CodeInvalid, "%s must be a number; got %s", name, kindOf(v))
	}
	return f, nil
}

// kindOf names a value's JSON type, and shows a short one.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "the string " + quote(clip(v, maxEcho))
	case bool:
		return "the boolean " + strconv.FormatBool(v)
	case json.Number:
		return "the number " + clip(v.String(), maxEcho)
	case []any:
		return "an array"
	default:
		return "an object"
	}
}

// pythonCode is the code to run, out of its Markdown fence.
func pythonCode(into *string) param {
	p := text("code", "Python.", into, orchestrator.MaxCode,
		"put the data or the script into a file by upload_file, and read or run it from code (%run script.py)").must()
	take := p.take
	p.take = func(v any) error {
		if err := take(v); err != nil {
			return err
		}
		if *into = unfence(*into); strings.TrimSpace(*into) == "" {
			return orchestrator.Errorf(orchestrator.CodeInvalid, "code is empty")
		}
		return nil
	}
	return p
}
