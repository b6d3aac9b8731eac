//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// tableAnswer is what query_dataset answers with as structure.
type tableAnswer struct {
	Columns []struct {
		Name, Type string
	} `json:"columns"`
	Rows      [][]any  `json:"rows"`
	Returned  int      `json:"returned"`
	Total     int      `json:"total_rows"`
	Truncated bool     `json:"truncated"`
	File      string   `json:"file"`
	Written   []string `json:"written"`
	Remarks   []string `json:"remarks"`
}

func (c *client) query(sql string, more ...any) (tableAnswer, *mcp.CallToolResult) {
	c.t.Helper()
	args := map[string]any{"query": sql}
	for i := 0; i+1 < len(more); i += 2 {
		args[more[i].(string)] = more[i+1]
	}
	res := c.call("query_dataset", args)
	if res.IsError {
		c.t.Fatalf("%s: %s", sql, text(res))
	}
	return structured[tableAnswer](c.t, res), res
}

// sql wants words in the text of a query's answer.
func (c *client) sql(query string, words ...string) {
	c.t.Helper()
	_, res := c.query(query)
	c.wants(text(res), words...)
}

// noSQL is a query that must fail, and wants these words.
func (c *client) noSQL(query string, words ...string) {
	c.t.Helper()
	c.fails("query_dataset", map[string]any{"query": query}, words...)
}

const frames = `
import pandas as pd
df = pd.DataFrame({'region': ['East', 'West', 'East'], 'revenue': [1, 2, 3]})
names = pd.DataFrame({'region': ['East', 'West'], 'lead': ['Ann', 'Bob']})
names.to_csv('names.csv', index=False)
kept = 42`

func TestSQLOnPlainFramesAndFiles(t *testing.T) {
	c := in(t)
	c.run(frames)
	c.sql("SELECT region, SUM(revenue) AS total FROM df GROUP BY region ORDER BY total DESC", "East", "4", "West", "2")
	c.sql("WITH s AS (SELECT region, SUM(revenue) t FROM df GROUP BY 1) SELECT lead, t, rank() OVER (ORDER BY t DESC) r FROM s JOIN 'names.csv' USING (region)", "Ann", "4")
	c.sql("SELECT count(*) AS n FROM '"+c.session+"/names.csv' JOIN names USING (region)", "2")
	c.sql("CREATE TABLE kept AS SELECT * FROM df")
	c.sql("PIVOT kept ON region USING sum(revenue)", "East", "West")
	c.sql("SELECT 1.10::DECIMAL(9,2) AS d, INTERVAL '90 minutes' AS i, [1, NULL] AS l, 170141183460469231731687303715884105727 AS h",
		"1.1", "01:30:00", "[1,null]", "170141183460469231731687303715884105727")
	got, res := c.query("COPY df TO 'sub.csv'")
	if want := "/app/sandbox_data/" + c.session + "/sub.csv"; len(got.Written) != 1 || got.Written[0] != want || !strings.Contains(text(res), want) {
		t.Errorf("written %v: %s", got.Written, text(res))
	}
	c.wants(c.ok("query_dataset", map[string]any{"sql": "SELECT 7 AS seven"}), "seven")
	c.wants(c.run("df.shape, kept, sorted(k for k in globals() if k in ('df', 'names'))"), "(3, 2)", "42")
}

func TestAQuerysErrorsSayWhatToDo(t *testing.T) {
	c := in(t)
	c.run(frames + "\nDF = df.head(1)\ns = df.revenue")
	c.noSQL("SELEC 1", "query_failed", "syntax error", "^^^^^")
	c.noSQL("SELECT nope FROM df", "nope", "Candidate bindings", "region")
	c.noSQL("SELECT * FROM nothing", "nothing", "df", "names")
	c.noSQL("SELECT * FROM name", "near in name: names")
	c.noSQL("SELECT * FROM df, DF", "apart")
	c.noSQL("SELECT * FROM s", "to_frame")
	c.noSQL("SELECT * FROM 'nothing.csv'", "names.csv")
	c.noSQL("SELECT * FROM 'names.xlsx'", "load_dataset")
	c.noSQL("SELECT * FROM read_text('/etc/passwd')", "session's folder only")
	c.noSQL("COPY df TO '/tmp/x.csv'", "session's folder only")
	c.noSQL("SELECT * FROM 'https://example.com/x.csv'", "fetch_from_url")
	c.noSQL("INSTALL httpfs", "no network")
	for name, value := range map[string]any{"limit": 0, "offset": -1} {
		c.fails("query_dataset", map[string]any{"query": "SELECT 1", name: value}, "invalid_argument", name)
	}
	c.fails("query_dataset", map[string]any{"query": "SELECT 1", "limit": 1_000_000}, "limit", "10000")
	c.fails("query_dataset", map[string]any{"query": " "}, "query is empty")
	c.wants(c.run("kept"), "42")
}

func TestAResultIsBoundedCountedAndKeptOnce(t *testing.T) {
	c := in(t)
	c.run("import pandas as pd\nbig = pd.DataFrame({'i': range(1_500_000), 't': 'row', 'p': pd.Period('2024-01')})")
	first, res := c.query("SELECT * FROM big", "limit", 10)
	if first.Returned != 10 || first.Total != 1_500_000 || !first.Truncated || len(first.Rows) != 10 || first.File == "" {
		t.Errorf("%+v", first)
	}
	c.wants(text(res), "Rows 1–10 of 1,500,000", first.File, "Note: big: read as text: p")
	if len(first.Remarks) != 1 {
		t.Errorf("remarks %q", first.Remarks)
	}
	for _, offset := range []int{10, 1_499_980, 0} {
		if page, _ := c.query("SELECT * FROM big", "limit", 10, "offset", offset); page.File != first.File || !page.Truncated {
			t.Errorf("at %d: %q, truncated %v; want %q", offset, page.File, page.Truncated, first.File)
		}
	}
	if last, _ := c.query("SELECT * FROM big", "limit", 10, "offset", 1_499_995); last.Returned != 5 || last.Truncated {
		t.Errorf("the last page: %+v", last)
	}
	if past, res := c.query("SELECT * FROM big", "offset", 2_000_000); past.Returned != 0 || past.Total != 1_500_000 || !strings.Contains(text(res), "1,500,000 in all") {
		t.Errorf("past the end: %+v", past)
	}
	c.wants(c.run("import glob\nprint(len(glob.glob('outputs/*.parquet')), len(pd.read_parquet(glob.glob('outputs/*.parquet')[0])))"), "1 1500000")
}

func TestARunawayQueryStopsAndKeepsVariables(t *testing.T) {
	c := own(t, "DETACH_AFTER=2s", "SESSION_MEMORY=1GiB").in(t, "runaway")
	c.run(frames)
	for _, sql := range []string{
		"SELECT SUM(a.i * b.i) FROM range(100000000) a(i), range(100000000) b(i)",
		"SELECT i, hash(i) h FROM range(900000000) r(i) ORDER BY h",
	} {
		c.noSQL(sql, "timeout", "longer than 2 s", "submit_job", "variables and files are kept")
		c.wants(c.run("kept"), "42")
		c.sql("SELECT count(*) AS n FROM df", "3")
	}
}

func TestAQueryOrALoadThatNeedsTooMuchMemoryKeepsVariables(t *testing.T) {
	c := own(t, "SESSION_MEMORY=1GiB").in(t, "hungry")
	c.run(frames)
	c.noSQL("SELECT list(hash(i)) FROM range(2000000000) r(i)", "Out of Memory", "aggregate")
	c.run("with open('big.csv', 'w') as f:\n    f.write('s\\n')\n    f.writelines(f'a rather long text, row {i}\\n' for i in range(2_000_000))")
	c.run("from power_worker.data import memory\nballast = bytearray(memory.free() - (80 << 20))")
	c.noLoad("big.csv", "more memory", "variables are kept", "query_dataset")
	c.wants(c.run("kept, len(ballast) > 0"), "(42, True)")
}
