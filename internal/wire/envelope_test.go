package wire_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"power-interpreter/internal/wire"
)

// read is the one frame of a line; ok is false where it was dropped.
func read(line string) (f wire.Frame, ok bool) {
	f, err := wire.NewReader(strings.NewReader(line+"\n"), wire.MaxEvent).Next()
	return f, err == nil
}

// standard reads it by encoding/json.
func standard(line string) (f wire.Frame, ok bool) {
	err := json.Unmarshal([]byte(line), &f)
	return f, err == nil && f.V == wire.Version && f.Kind != ""
}

func sameReading(t interface {
	Errorf(format string, args ...any)
}, line string) {
	got, ok := read(line)
	want, wantOK := standard(line)
	if ok != wantOK || ok && !reflect.DeepEqual(got, want) {
		t.Errorf("%q\n got %+v, %v\nwant %+v, %v", line, got, ok, want, wantOK)
	}
}

func TestAnEnvelopeIsReadAsTheStandardLibraryWould(t *testing.T) {
	for _, line := range []string{
		`{"v":1,"kind":"result"}`, `{"v":1,"kind":"result","seq":7,"id":"a3f9c1b2","body":{"status":"ok"}}`,
		`{"v":1,"kind":"result","body":null}`, `{"v":1,"kind":"result","body": {} }`, `{"v":1,"kind":"result","body":[1, 2]}`,
		`{"v":1,"kind":"result","body":}`, `{"v":1,"kind":"result","body":{}}}`, `{"v":1,"kind":"result","body":{},"v":2}`,
		`{"v":1,"kind":"result","body":{},"id":"x"}`, `{"v":1,"kind":"result","body":{"a":1}`, `{"v":1,"kind":"result","body":"\xff"}`,
		`{"v":1,"kind":"result","body":"a}`, `{"v":1,"kind":"result","body":"}"}`, `{"v":1,"kind":"result","body":-0}`, `{"v":1,"kind":"result","body":01}`,
		`{"v":1,"kind":"result","seq":0}`, `{"v":1,"kind":"result","seq":01}`, `{"v":1,"kind":"result","seq":-1}`, `{"v":1,"kind":"result","seq":1.0}`,
		`{"v":1,"kind":"result","seq":18446744073709551615}`, `{"v":1,"kind":"result","seq":18446744073709551616}`, `{"v":1,"kind":"result","seq":999999999999999999}`,
		`{"v":1,"kind":"result","seq":1000000000000000000}`, `{"v":1,"kind":"result","seq":null}`, `{"v":1,"kind":"result","seq":}`,
		`{"v":01,"kind":"result"}`, `{"v":10,"kind":"result"}`, `{"v":1,"kind":""}`, `{"v":1,"kind":5}`, `{"v":1,"kind":"a\u0062"}`, "{\"v\":1,\"kind\":\"\x01\"}",
		"{\"v\":1,\"kind\":\"\xff\"}", `{"v":1,"kind":"é"}`, "{\"v\":1,\"kind\":\"\x7f\"}", `{"v":1,"kind":"result","id":"a<b>&"}`, `{"v":1,"kind":"result","id":"a`,
		`{"kind":"result","v":1}`, `{"V":1,"Kind":"result"}`, `{ "v":1,"kind":"result"}`, `{"v":1,"kind":"result"} `, `{"v":1,"kind":"result"}x`, `{"v":1,"kind":"result",}`, `{"v":1,"kind":"result"`,
	} {
		sameReading(t, line)
	}
	rapid.Check(t, func(t *rapid.T) { // a line with a few bytes of it changed
		line, err := wire.Marshal(frame(t))
		if err != nil {
			t.Fatal(err)
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			at := rapid.IntRange(0, len(line)-1).Draw(t, "at")
			with := rapid.SampledFrom([]string{"", `"`, "{", "}", ",", ":", " ", "0", "1", "\\", "null", "é", "\xff"}).Draw(t, "with")
			line = append(append(bytes.Clone(line[:at]), with...), line[at+rapid.IntRange(0, 1).Draw(t, "cut"):]...)
		}
		sameReading(t, strings.ReplaceAll(string(line), "\n", ""))
	})
}

func TestAnEnvelopeIsWrittenAsTheStandardLibraryWould(t *testing.T) {
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "a3f9c1b2", "a<b>&", "\u2028", "\x7f", "\"\\", "\xff"}), rapid.String())
	body := rapid.SampledFrom([]string{"", "null", "{}", ` { "a" : [ 1 , "x y" ] } `, `"<&\u003c` + "\u2028" + `"`, "{", "1 2", "\xff"})
	rapid.Check(t, func(t *rapid.T) {
		f := wire.Frame{
			V: rapid.IntRange(-1, 2).Draw(t, "v"), Kind: wire.Kind(text.Draw(t, "kind")),
			Seq: rapid.SampledFrom([]uint64{0, 1, 1 << 63}).Draw(t, "seq"), ID: text.Draw(t, "id"),
			Body: json.RawMessage(body.Draw(t, "body")),
		}
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		wantErr := enc.Encode(f)
		got, err := wire.Marshal(f)
		if (err == nil) != (wantErr == nil) || err == nil && string(got) != want.String() {
			t.Fatalf("%+v\n got %q, %v\nwant %q, %v", f, got, err, want.String(), wantErr)
		}
	})
}

func TestARunIsWrittenAsTheStandardLibraryWould(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z \n\t"\\=+()]*`), rapid.SampledFrom([]string{"", "a<b", "\x7f", "\u2028", "\xff", "\x00\r\b", "é", "s = \"x\"\n"}))
	args := rapid.OneOf(rapid.Map(text, func(s string) json.RawMessage { return wire.Cell{Code: s}.JSON() }),
		rapid.SampledFrom([]json.RawMessage{nil, {}, []byte("null"), []byte(` { "a" : "<" } `), []byte("\"\u2028\""), []byte("{"), []byte("1 2")}))
	rapid.Check(t, func(t *rapid.T) {
		code := text.Draw(t, "code")
		cell := wire.Cell{Code: code}
		if got, want := cell.JSON(), marshalled(cell); string(got) != want {
			t.Fatalf("%q is written as %s, want %s", code, got, want)
		}
		r := wire.Run{Op: wire.Op(text.Draw(t, "op")), Args: args.Draw(t, "args"), TimeoutMS: rapid.Int64().Draw(t, "timeout"), GraceMS: 1}
		want := marshalled(r)
		if want == "" { // New panics then, as it says
			return
		}
		if got := wire.New(wire.KindRun, "x", r).Body; string(got) != want {
			t.Fatalf("%+v\n got %s\nwant %s", r, got, want)
		}
	})
}

// marshalled is what encoding/json makes of it, empty for nothing.
func marshalled(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}
