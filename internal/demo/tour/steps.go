package tour

import (
	"fmt"
	"path"
)

// The files of the workflow in the session's folder.
const (
	bookName  = "data.xlsx"
	chartName = "chart.png"
)

// The chart as the code below draws it: 8 by 4.5 inches at 150 dots each.
const (
	chartWidth  = 1200
	chartHeight = 675
)

const readCode = `import pandas as pd
df = pd.read_excel('%s')
print(df.shape)
df.head()`

const totalsQuery = `SELECT region, SUM(revenue) AS total FROM df GROUP BY region ORDER BY total DESC`

// The bars' colour is the one that checkBars looks for.
const drawCode = `import matplotlib.pyplot as plt
totals = df.groupby('region')['revenue'].sum().sort_values() / 1e6
fig, ax = plt.subplots(figsize=(8, 4.5), layout='constrained')
ax.barh(totals.index, totals, color='#c2410c')
ax.set(title='Revenue by region', xlabel='millions')
fig.savefig('%s', dpi=150)`

// inSandbox is the path that code uses for a file of the session.
func (t Tour) inSandbox(name string) string {
	return path.Join("/app/sandbox_data", t.Session, name)
}

// steps are the workflow; the last but one leaves the chart's file in chart.
func (t Tour) steps(chart *[]byte) []step {
	return []step{
		{
			tool:  "fetch_from_url",
			args:  map[string]any{"url": t.URL, "session_id": t.Session},
			check: t.checkFetched,
		},
		t.execute(readCode, bookName, t.checkRead),
		{
			tool:  "query_dataset",
			args:  map[string]any{"query": totalsQuery, "session_id": t.Session},
			sent:  totalsQuery,
			check: t.checkTotals,
		},
		t.execute(drawCode, chartName, t.checkDrawn),
		{
			tool:  "fetch_file",
			args:  map[string]any{"filename": chartName, "session_id": t.Session},
			check: func(r reply) (string, error) { return checkFile(r, chart) },
		},
		{
			tool:  "delete_session",
			args:  map[string]any{"session_id": t.Session},
			check: func(reply) (string, error) { return "the session, its sandbox and its files are deleted", nil },
		},
	}
}

// execute is a step that runs code with the sandbox's path of a file in it.
func (t Tour) execute(code, file string, check func(reply) (string, error)) step {
	code = fmt.Sprintf(code, t.inSandbox(file))
	return step{
		tool: "execute_code", sent: code, check: check,
		args: map[string]any{"code": code, "session_id": t.Session},
	}
}
