//go:build e2e

package e2e

import (
	"encoding/base64"
	"os"
	"strings"
	"testing"
)

// load loads a file as d and returns the text.
func (c *client) load(file string, more ...string) string {
	c.t.Helper()
	args := map[string]any{"filename": file, "dataset_name": "d"}
	for i := 0; i+1 < len(more); i += 2 {
		args[more[i]] = more[i+1]
	}
	return c.ok("load_dataset", args)
}

// noLoad is a load that must fail, and wants these words.
func (c *client) noLoad(file string, words ...string) {
	c.t.Helper()
	c.fails("load_dataset", map[string]any{"filename": file, "dataset_name": "d"}, words...)
}

func TestEachDatasetFormatLoads(t *testing.T) {
	c := in(t)
	c.run(`
import pandas as pd, json
df = pd.DataFrame({'region': ['East', 'West', 'Süd'], 'revenue': [10.5, 20.25, 30.0], 'n': [1, 2, 3]})
with pd.ExcelWriter('book.xlsx') as w:
    df.to_excel(w, sheet_name='First', index=False)
    df.head(1).to_excel(w, sheet_name='Second', index=False)
df.to_csv('t.csv', index=False)
df.to_csv('t.tsv', index=False, sep='\t')
df.to_csv('semi.csv', index=False, sep=';', decimal=',', encoding='cp1252')
df.to_csv('wide.csv', index=False, encoding='utf-16')
df.to_json('t.json', orient='records')
df.to_json('t.jsonl', orient='records', lines=True)
df.to_parquet('t.parquet')
del df`)
	xls, err := os.ReadFile("testdata/regions.xls")
	if err != nil {
		t.Fatal(err)
	}
	c.ok("upload_file", map[string]any{"filename": "t.xls", "content_base64": base64.StdEncoding.EncodeToString(xls)})
	for _, file := range []string{"book.xlsx", "t.xls", "t.csv", "t.tsv", "semi.csv", "wide.csv", "t.json", "t.jsonl", "t.parquet"} {
		t.Run(file, func(t *testing.T) {
			c := &client{t, c.session, c.ClientSession}
			c.wants(c.load(file), "d", "3", "region", "revenue")
			c.wants(c.ok("query_dataset", map[string]any{"query": "SELECT SUM(revenue) AS total, MAX(region) AS r FROM d"}), "60.75", "West")
		})
	}
	c.wants(c.load("book.xlsx", "sheet_name", "Second"), "1 row", "other sheets: First")
	c.fails("load_dataset", map[string]any{"filename": "book.xlsx", "dataset_name": "x", "sheet_name": "Third"}, "First", "Second")
	c.wants(c.run("d.shape"), "(1, 3)")
}

func TestTheTrapsOfFilesAreReadOrTold(t *testing.T) {
	c := in(t)
	c.run(`
import openpyxl, pathlib
def file(name, text, encoding='utf-8'): pathlib.Path(name).write_text(text, encoding)
file('ragged.csv', 'a,b\n1,2\n3,4,5\n')
file('codes.csv', 'zip,day,when\n01234,01/02/2024,2024-05-06\n90210,03/04/2024,2024-05-07\n')
file('titled.csv', 'Report 2024,,\n,,\nregion,n,x\nEast,1,"1,234.50"\n')
file('deep.json', '{"result": {"items": [{"a": {"b": {"c": 1}}, "id": 12345678901234567}, {"id": null}]}}')
book = openpyxl.Workbook()
s = book.active
for row in (['Region', '2023', None], [None, 'Q1', 'Q2'], ['East', 1, '#N/A'], ['007', 3, 4]): s.append(row)
s.merge_cells('B1:C1'); s.merge_cells('A1:A2'); s.row_dimensions[4].hidden = True
book.create_sheet('Secret').sheet_state = 'hidden'
book.save('merged.xlsx')
pathlib.Path('renamed.csv').write_bytes(pathlib.Path('merged.xlsx').read_bytes())`)
	c.wants(c.load("ragged.csv"), "2 rows × 3 columns", "lines 3", "extra_1")
	c.wants(c.load("codes.csv"), "zip str", "day str", "when datetime64", "leading zeros", "day and month cannot be told apart")
	c.wants(c.load("titled.csv"), "1 row × 3 columns", "above the header left out: Report 2024", "x float64")
	c.wants(c.load("deep.json"), "a.b.c", "result.items")
	c.wants(c.run("int(d.id[0])"), "12345678901234567")
	for _, file := range []string{"merged.xlsx", "renamed.csv"} {
		c.wants(c.load(file), "2023 Q1", "2023 Q2", "hidden sheets: Secret", "hidden rows are read too: 1", "1 #N/A", "007")
	}
}

func TestFilesThatAreNoTablesAreRefusedInWords(t *testing.T) {
	c := in(t)
	c.run(`
open('fake.xlsx', 'w').write('not a workbook')
open('page.csv', 'w').write('<!DOCTYPE html><html><body>Sign in</body></html>')
open('broken.jsonl', 'w').write('{"a": 1}\n{"a": \n{"a": 3}\n')
open('empty.csv', 'w').close()
open('cut.parquet', 'wb').write(b'PAR1' + bytes(50))
open('x.pdf', 'w').write('%PDF')`)
	c.noLoad("fake.xlsx", "dataset_failed", "xlsx", "plain text")
	c.noLoad("page.csv", "web page")
	c.noLoad("broken.jsonl", "line 2", `{"a":`)
	c.noLoad("empty.csv", "empty")
	c.noLoad("cut.parquet", "cut short")
	c.noLoad("x.pdf", "pdfplumber")
	c.noLoad("missing.csv", "missing.csv", "empty.csv")
	c.noLoad("../other/x.csv", "forbidden")
	c.noLoad("/etc/passwd", "forbidden")
	for _, name := range []string{"not a name", "class", "list", "pd"} {
		c.fails("load_dataset", map[string]any{"filename": "empty.csv", "dataset_name": name}, "dataset_name", "letters, digits")
	}
	c.wants(c.run("1+1"), "2")
}

func TestAFileIsLoadedByEachFormOfItsName(t *testing.T) {
	c := in(t)
	c.run("import os\nos.mkdir('sub')\nopen('sub/a b.csv', 'w').write('x\\n1\\n')")
	for _, file := range []string{"sub/a b.csv", c.session + "/sub/a b.csv", "/app/sandbox_data/" + c.session + "/sub/a b.csv", "./sub/a b.csv"} {
		c.wants(c.load(file), "1 row × 1 column", "/app/sandbox_data/"+c.session+"/sub/a b.csv")
	}
	c.wants(c.ok("load_dataset", map[string]any{"file_path": "sub/a b.csv", "delimiter": ",", "dataset_name": "older"}), "older: 1 row")
	res := c.call("load_dataset", map[string]any{"filename": "sub/a b.csv", "dataset_name": "d"})
	got := structured[struct {
		Name    string   `json:"name"`
		Rows    int      `json:"rows"`
		Columns []any    `json:"columns"`
		Source  string   `json:"source"`
		Remarks []string `json:"remarks"`
		Preview string   `json:"preview"`
	}](t, res)
	if got.Name != "d" || got.Rows != 1 || len(got.Columns) != 1 || got.Source != "sub/a b.csv" || got.Remarks == nil || !strings.Contains(got.Preview, "x") {
		t.Errorf("%+v", got)
	}
}

func TestDatasetsAreListedAlsoWhileCodeRuns(t *testing.T) {
	c := in(t)
	c.wants(c.ok("list_datasets", nil), "No DataFrames")
	c.run("open('t.csv', 'w').write('region,n\\nEast,1\\n')")
	c.load("t.csv")
	c.run("import pandas as pd\nwide = pd.DataFrame([range(500)])\ntotals = d.groupby('region').sum()")
	c.wants(c.ok("list_datasets", nil), "d: 1 row × 2 columns", "region str", "wide: 1 row × 500 columns", "400 more", "totals", "in SQL columns too: region")
	c.load("t.csv")
	id := c.job(slow)
	c.awaitFile("running")
	res := c.call("list_datasets", nil)
	got := structured[struct {
		Stale    bool `json:"stale"`
		Datasets []struct {
			Name    string `json:"name"`
			Columns []any  `json:"columns"`
		} `json:"datasets"`
	}](t, res)
	if !got.Stale || len(got.Datasets) != 3 {
		t.Errorf("%+v", got)
	}
	c.wants(text(res), "as last known", "wide", "totals")
	release(t, c)
	c.until(id, "completed")
	c.ok("reset_session", nil)
	c.wants(c.ok("list_datasets", nil), "No DataFrames")
}
