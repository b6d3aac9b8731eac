package doctor_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"power-interpreter/internal/doctor"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden holds text against a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not as it was; look, and then go test -update ./internal/doctor\n%s", path, got)
	}
}

func TestWhatAPersonReads(t *testing.T) {
	for name, facts := range map[string]doctor.Facts{"healthy": healthy(), "sick": sick()} {
		findings := doctor.Judge(facts)
		var text, document bytes.Buffer
		if err := doctor.Print(&text, findings); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", text.Bytes())
		if err := doctor.JSON(&document, findings); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".json", document.Bytes())
	}
}
