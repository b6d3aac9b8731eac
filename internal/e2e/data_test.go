//go:build e2e

package e2e

import (
	"encoding/base64"
	"os"
	"testing"
)

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
df.to_json('t.json', orient='records')
df.to_json('t.jsonl', orient='records', lines=True)
df.to_parquet('t.parquet')
del df`)
	xls, err := os.ReadFile("testdata/regions.xls")
	if err != nil {
		t.Fatal(err)
	}
	c.ok("upload_file", map[string]any{"filename": "t.xls", "content_base64": base64.StdEncoding.EncodeToString(xls)})
	for _, file := range []string{"book.xlsx", "t.xls", "t.csv", "t.tsv", "semi.csv", "t.json", "t.jsonl", "t.parquet"} {
		t.Run(file, func(t *testing.T) {
			c := &client{t, c.session, c.ClientSession}
			c.wants(c.ok("load_dataset", map[string]any{"filename": file, "dataset_name": "d"}), "d", "3", "region", "revenue")
			c.wants(c.ok("query_dataset", map[string]any{"query": "SELECT SUM(revenue) AS total, MAX(region) AS r FROM d"}), "60.75", "West")
		})
	}
	c.wants(c.ok("load_dataset", map[string]any{"filename": "book.xlsx", "dataset_name": "one", "sheet_name": "Second"}), "1")
	c.fails("load_dataset", map[string]any{"filename": "book.xlsx", "dataset_name": "x", "sheet_name": "Third"}, "First", "Second")
	c.wants(c.ok("list_datasets", nil), "one", "d", "region")
	c.wants(c.run("one.shape"), "(1, 3)")
}

func TestSQLOnPlainFramesAndFiles(t *testing.T) {
	c := in(t)
	c.run(`
import pandas as pd
df = pd.DataFrame({'region': ['East', 'West', 'East'], 'revenue': [1, 2, 3]})
names = pd.DataFrame({'region': ['East', 'West'], 'lead': ['Ann', 'Bob']})
names.to_csv('names.csv', index=False)`)
	c.wants(c.ok("query_dataset", map[string]any{"query": "SELECT region, SUM(revenue) AS total FROM df GROUP BY region ORDER BY total DESC"}), "East", "4", "West", "2")
	c.wants(c.ok("query_dataset", map[string]any{"query": "WITH s AS (SELECT region, SUM(revenue) t FROM df GROUP BY 1) SELECT lead, t, rank() OVER (ORDER BY t DESC) r FROM s JOIN 'names.csv' USING (region)"}), "Ann", "4")
	res := c.call("query_dataset", map[string]any{"query": "SELECT * FROM range(5000)", "limit": 10})
	got := structured[struct {
		Returned  int     `json:"returned"`
		Total     int     `json:"total_rows"`
		Truncated bool    `json:"truncated"`
		Rows      [][]any `json:"rows"`
	}](t, res)
	if got.Returned != 10 || got.Total != 5000 || !got.Truncated || len(got.Rows) != 10 {
		t.Errorf("%+v", got)
	}
	c.fails("query_dataset", map[string]any{"query": "SELEC 1"}, "syntax error")
	c.fails("query_dataset", map[string]any{"query": "SELECT nope FROM df"}, "nope")
	c.fails("query_dataset", map[string]any{"query": "SELECT * FROM nothing"}, "nothing", "df")
	c.wants(c.run("df.shape, sorted(k for k in globals() if k in ('df', 'names'))"), "(3, 2)")
}

func TestFilesThatAreNoTablesAreRefusedInWords(t *testing.T) {
	c := in(t)
	c.run(`
open('fake.xlsx', 'w').write('not a workbook')
open('page.csv', 'w').write('<!DOCTYPE html><html><body>Sign in</body></html>')
open('broken.jsonl', 'w').write('{"a": 1}\n{"a": \n{"a": 3}\n')
open('empty.csv', 'w').close()
open('x.pdf', 'w').write('%PDF')`)
	c.fails("load_dataset", map[string]any{"filename": "fake.xlsx", "dataset_name": "d"}, "dataset_failed", "xlsx")
	c.fails("load_dataset", map[string]any{"filename": "broken.jsonl", "dataset_name": "d"}, "line 2")
	c.fails("load_dataset", map[string]any{"filename": "empty.csv", "dataset_name": "d"}, "empty")
	c.fails("load_dataset", map[string]any{"filename": "x.pdf", "dataset_name": "d"})
	c.fails("load_dataset", map[string]any{"filename": "missing.csv", "dataset_name": "d"}, "missing.csv")
	c.fails("load_dataset", map[string]any{"filename": "empty.csv", "dataset_name": "not a name"}, "name")
	c.wants(c.run("1+1"), "2")
}
