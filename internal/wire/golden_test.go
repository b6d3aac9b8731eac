package wire_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"power-interpreter/internal/wire"
)

// golden holds a line for each kind of frame; the worker's tests read it too.
const golden = "../../runner-image/testdata/frames.jsonl"

func TestGoldenFramesSurviveDecodingAndEncoding(t *testing.T) {
	seen := map[wire.Kind]bool{}
	for i, line := range goldenLines(t) {
		f := next(t, line)
		seen[f.Kind] = true
		again := f
		again.Body = reencode(t, f)
		got, err := wire.Marshal(again)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(generic(t, got), generic(t, line)) {
			t.Errorf("line %d:\n got %s\nwant %s", i+1, got, line)
		}
	}
	for _, kind := range []wire.Kind{
		wire.KindHello, wire.KindOpen, wire.KindRun, wire.KindInterrupt, wire.KindReset,
		wire.KindAck, wire.KindOutput, wire.KindDisplay, wire.KindResult, wire.KindKernel,
	} {
		if !seen[kind] {
			t.Errorf("no golden frame of kind %s", kind)
		}
	}
}

func TestGoldenAnswersSurviveDecodingAndEncoding(t *testing.T) {
	seen := map[string]bool{}
	for _, line := range goldenLines(t) {
		r, err := wire.Decode[wire.Result](next(t, line))
		if err != nil || len(r.Data) == 0 {
			continue
		}
		var again json.RawMessage
		switch data := string(r.Data); {
		case data[0] == '[':
			again, seen["datasets"] = through[[]wire.Dataset](t, r.Data), true
		case bytes.Contains(r.Data, []byte(`"total"`)):
			again, seen["table"] = through[wire.Table](t, r.Data), true
		default:
			again, seen["dataset"] = through[wire.Dataset](t, r.Data), true
		}
		if !reflect.DeepEqual(generic(t, again), generic(t, r.Data)) {
			t.Errorf("\n got %s\nwant %s", again, r.Data)
		}
	}
	if len(seen) != 3 {
		t.Errorf("golden answers are only of %v", seen)
	}
}

func goldenLines(t *testing.T) [][]byte {
	t.Helper()
	data, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}

func next(t *testing.T, line []byte) wire.Frame {
	t.Helper()
	r := wire.NewReader(bytes.NewReader(append(line, '\n')), wire.MaxEvent)
	f, err := r.Next()
	if err != nil || r.Dropped != 0 {
		t.Fatalf("%s: error %v, %d dropped", line, err, r.Dropped)
	}
	return f
}

// reencode takes a body through the type of its kind, which must know every
// field in it.
func reencode(t *testing.T, f wire.Frame) json.RawMessage {
	t.Helper()
	switch f.Kind {
	case wire.KindHello:
		if bytes.Contains(f.Body, []byte(`"runner"`)) {
			return through[wire.Welcome](t, f.Body)
		}
		return through[wire.Hello](t, f.Body)
	case wire.KindOpen:
		return through[wire.Open](t, f.Body)
	case wire.KindRun:
		return through[wire.Run](t, f.Body)
	case wire.KindInterrupt:
		return through[wire.Interrupt](t, f.Body)
	case wire.KindAck:
		return through[wire.Ack](t, f.Body)
	case wire.KindOutput:
		return through[wire.Output](t, f.Body)
	case wire.KindDisplay:
		return through[wire.Display](t, f.Body)
	case wire.KindResult:
		return through[wire.Result](t, f.Body)
	case wire.KindKernel:
		return through[wire.Kernel](t, f.Body)
	}
	return f.Body
}

func through[T any](t *testing.T, raw json.RawMessage) json.RawMessage {
	t.Helper()
	var body T
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	again, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func generic(t *testing.T, line []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(line, &v); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return v
}
