package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"power-interpreter/internal/wire"
)

const good = `{"v":1,"kind":"reset","id":"good"}` + "\n"

func TestReaderDropsWhatIsNoFrame(t *testing.T) {
	for _, c := range []struct {
		name, input string
		dropped     int
	}{
		{"nothing", "", 0},
		{"empty lines", "\n\r\n  \n", 0},
		{"garbage", "\x00\xff}{\n", 1},
		{"the end of a line", `"kind":"run"}` + "\n", 1},
		{"no object", "[]\n1\n\"x\"\nnull\n", 4},
		{"no kind", `{"v":1}` + "\n", 1},
		{"another version", `{"v":2,"kind":"reset"}` + "\n", 1},
		{"wrong types", `{"v":"1","kind":7}` + "\n", 1},
		{"too long", strings.Repeat("x", 300) + "\n", 1},
		{"much too long", strings.Repeat("x", 300000) + "\n", 1},
		{"a frame too long", `{"v":1,"kind":"reset","id":"` + strings.Repeat("x", 300) + `"}` + "\n", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := wire.NewReader(strings.NewReader(c.input+good), 200)
			f, err := r.Next()
			if err != nil || f.ID != "good" || r.Dropped != c.dropped {
				t.Errorf("got %+v, %v, %d dropped", f, err, r.Dropped)
			}
			if _, err := r.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("at the end: %v", err)
			}
		})
	}
}

func TestReaderTakesAFrameOfExactlyItsBound(t *testing.T) {
	if _, err := wire.NewReader(strings.NewReader(good), len(good)).Next(); err != nil {
		t.Error(err)
	}
	if _, err := wire.NewReader(strings.NewReader(good), len(good)-1).Next(); !errors.Is(err, io.EOF) {
		t.Error("a longer one came through")
	}
}

func TestReaderReturnsTheStreamsErrorForALineWithoutEnd(t *testing.T) {
	broken := errors.New("broken")
	r := wire.NewReader(io.MultiReader(strings.NewReader(good+`{"v":1`), iotest.ErrReader(broken)), 200)
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestReaderGivesTheMemoryOfHugeLinesBack(t *testing.T) {
	const size = 16 << 20
	for name, bound := range map[string]int{"dropped": 1 << 10, "taken": 2 * size} {
		before := memory()
		huge := io.MultiReader(strings.NewReader(`{"v":1,"kind":"reset","id":"`), io.LimitReader(letters{}, size),
			strings.NewReader("\"}\n"+good))
		r := wire.NewReader(huge, bound)
		var f wire.Frame
		for f.ID != "good" {
			var err error
			if f, err = r.Next(); err != nil {
				t.Fatal(err)
			}
		}
		if held := memory() - before; held > size/2 {
			t.Errorf("%s: %d MiB still held", name, held>>20)
		}
		runtime.KeepAlive(r)
	}
}

// letters is an endless text.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// memory is what is alive, in bytes.
func memory() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func TestWhatAWriterWritesAReaderReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frames := rapid.SliceOf(rapid.Custom(frame)).Draw(t, "frames")
		noise := rapid.SliceOf(rapid.SampledFrom([]string{"", "\n", "}\n", "\x00\n", "{\"v\":1,\n"})).Draw(t, "noise")
		var stream bytes.Buffer
		w := wire.NewWriter(&stream)
		for i, f := range frames {
			if i < len(noise) {
				stream.WriteString(noise[i])
			}
			if err := w.Write(f); err != nil {
				t.Fatal(err)
			}
		}
		stream.WriteString(`{"v":1,"ki`)
		if err := w.Resync(); err != nil {
			t.Fatal(err)
		}
		r := wire.NewReader(iotest.HalfReader(&stream), wire.MaxEvent)
		for i, want := range frames {
			got, err := r.Next()
			if err != nil || got.Kind != want.Kind || got.ID != want.ID || got.Seq != want.Seq || !bytes.Equal(got.Body, want.Body) {
				t.Fatalf("frame %d: got %+v, %v, want %+v", i, got, err, want)
			}
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Fatalf("one more than was written, or %v", err)
		}
	})
}

func frame(t *rapid.T) wire.Frame {
	f := wire.New(wire.KindOutput, rapid.String().Draw(t, "id"), wire.Output{Text: rapid.String().Draw(t, "text")})
	f.Seq = rapid.Uint64().Draw(t, "seq")
	// Marshal does not escape for HTML: neither does this.
	var compact bytes.Buffer
	e := json.NewEncoder(&compact)
	e.SetEscapeHTML(false)
	if err := e.Encode(f.Body); err != nil {
		t.Fatal(err)
	}
	f.Body = bytes.TrimSpace(compact.Bytes())
	return f
}

func TestReaderSurvivesAnyBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		input := rapid.SliceOf(rapid.Byte()).Draw(t, "input")
		r := wire.NewReader(io.MultiReader(bytes.NewReader(input), strings.NewReader("\n"+good)), 100)
		for {
			f, err := r.Next()
			if err != nil {
				t.Fatalf("the frame after the noise was lost: %v", err)
			}
			if f.ID == "good" {
				return
			}
		}
	})
}
