package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/fake"
	"power-interpreter/orchestrator"
)

// filler gives everything a value of its own, so that a field that is lost or
// mistaken for another on the way is seen.
type filler struct{ n int64 }

func (f *filler) value(of reflect.Type) reflect.Value {
	v := reflect.New(of).Elem()
	f.fill(v)
	return v
}

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1_700_000_000+f.n, f.n).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d <&\u2028é>", f.n))
	case reflect.Int, reflect.Int64:
		v.SetInt(1<<60 + f.n) // more than a float64 keeps
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(uint64(f.n % 200))
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(f.value(v.Type().Elem()).Addr())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0))
		f.fill(v.Index(1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(f.value(v.Type().Key()), f.value(v.Type().Elem()))
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case reflect.Interface:
		f.fillInterface(v)
	default:
		panic("what is a " + v.Type().String() + "?")
	}
}

func (f *filler) fillInterface(v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[any](): // a value of a table, as the kernel's runner gives it
		v.Set(reflect.ValueOf([]any{"text", true, json.Number("12345678901234567890"), json.Number("0.1")}[f.n%4]))
	case reflect.TypeFor[io.Reader]():
		v.Set(reflect.ValueOf(strings.NewReader(fmt.Sprintf("content %d", f.n))))
	case reflect.TypeFor[io.ReadSeekCloser]():
		v.Set(reflect.ValueOf(memory{strings.NewReader(fmt.Sprintf("content %d", f.n))}))
	case reflect.TypeFor[error]():
		v.Set(reflect.ValueOf(&orchestrator.Error{Code: orchestrator.CodeBusy, Message: fmt.Sprintf("words %d", f.n)}))
	default:
		panic("what is a " + v.Type().String() + "?")
	}
}

// memory is an open file.
type memory struct{ *strings.Reader }

func (memory) Close() error { return nil }

// plainly makes values comparable: what is read is its contents, an error what
// a caller is told of it.
func plainly(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case orchestrator.Part:
		content, _ := io.ReadAll(x.Content)
		x.Content = nil
		return []any{x, string(content)}
	case orchestrator.Content:
		if x.ReadSeekCloser == nil {
			return x
		}
		content, _ := io.ReadAll(x)
		x.ReadSeekCloser = nil
		return []any{x, string(content)}
	case io.Reader:
		content, _ := io.ReadAll(x)
		return string(content)
	case error:
		return x.Error()
	default:
		return x
	}
}

// settle makes an open file as long as it says, and totals sums.
func settle(v reflect.Value) {
	if o, is := v.Interface().(orchestrator.Overview); is { // as many as there are
		o.Totals.Sessions, o.Totals.States = len(o.Sessions), map[orchestrator.State]int{}
		for _, s := range o.Sessions {
			o.Totals.States[s.State]++
		}
		v.Set(reflect.ValueOf(o))
	}
	if c, is := v.Interface().(orchestrator.Content); is {
		content, _ := io.ReadAll(c)
		c.Size, c.ReadSeekCloser = int64(len(content)), memory{strings.NewReader(string(content))}
		v.Set(reflect.ValueOf(c))
	}
}

// TestEveryMethodKeepsEveryFieldOfItsArgumentsAndAnswers calls each with values
// that fill all there is, also of fields and methods to come.
func TestEveryMethodKeepsEveryFieldOfItsArgumentsAndAnswers(t *testing.T) {
	for _, port := range []reflect.Type{reflect.TypeFor[orchestrator.Service](), reflect.TypeFor[orchestrator.Administration]()} {
		for i := range port.NumMethod() {
			m := port.Method(i)
			if m.Name == "Settings" || m.Name == "Notices" { // below: their fakes are other
				continue
			}
			t.Run(m.Name, func(t *testing.T) {
				t.Run("answers", func(t *testing.T) { keepsAll(t, m, false) })
				t.Run("fails", func(t *testing.T) { keepsAll(t, m, true) })
			})
		}
	}
}

// keepsAll has the method answer, or fail. Execute and UploadPart do both at once.
func keepsAll(t *testing.T, m reflect.Method, fails bool) {
	var f filler
	both := m.Name == "Execute" || m.Name == "UploadPart"
	var want []reflect.Value
	for i := range m.Type.NumOut() {
		v := reflect.New(m.Type.Out(i)).Elem()
		if isError := i == m.Type.NumOut()-1; isError == fails || both && !isError {
			f.fill(v)
			settle(v)
		}
		want = append(want, v)
	}
	args := []reflect.Value{reflect.ValueOf(context.Background())}
	for i := 1; i < m.Type.NumIn(); i++ {
		if of := m.Type.In(i); of.Kind() != reflect.Func {
			args = append(args, f.value(of))
		} else {
			args = append(args, reflect.Zero(of)) // it is watched elsewhere
		}
	}
	sent := copyOf(args)

	svc := &fake.Service{}
	var got []any
	on := reflect.ValueOf(svc).Elem().FieldByName("On" + m.Name)
	on.Set(reflect.MakeFunc(on.Type(), func(args []reflect.Value) []reflect.Value {
		got = plain(args[1:])
		return want
	}))
	c := newExecutor(t, svc).front(t, "")
	answers := reflect.ValueOf(c).MethodByName(m.Name).Call(args)
	same(t, "arguments", got, plain(sent[1:]))
	want = copyOf(want)
	if fails && !both { // whatever comes beside an error
		want, answers = want[len(want)-1:], answers[len(answers)-1:]
	}
	same(t, "answers", plain(answers), plain(want))
}

// plain makes values comparable, and leaves functions out.
func plain(values []reflect.Value) (all []any) {
	for _, v := range values {
		if v.Kind() != reflect.Func {
			all = append(all, plainly(v))
		}
	}
	return all
}

// copyOf copies values with readers of their own.
func copyOf(args []reflect.Value) []reflect.Value {
	var all []reflect.Value
	for _, a := range args {
		all = append(all, fresh(a))
	}
	return all
}

// fresh is v with its reader at the beginning.
func fresh(v reflect.Value) reflect.Value {
	again := func(r io.Reader) *strings.Reader {
		s, is := r.(*strings.Reader)
		if m, wrapped := r.(memory); wrapped {
			s, is = m.Reader, true
		}
		if !is {
			return nil
		}
		content := make([]byte, s.Size())
		_, _ = s.ReadAt(content, 0)
		return strings.NewReader(string(content))
	}
	switch x := v.Interface().(type) {
	case orchestrator.Part:
		x.Content = again(x.Content)
		return reflect.ValueOf(x)
	case orchestrator.Content:
		if x.ReadSeekCloser != nil {
			x.ReadSeekCloser = memory{again(x.ReadSeekCloser)}
		}
		return reflect.ValueOf(x)
	case *strings.Reader:
		return reflect.ValueOf(again(x))
	}
	return v
}

func same(t *testing.T, what string, got, want []any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", what, got[i], want[i])
		}
	}
}
