//go:build e2e

package e2e

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

// seen runs code that must succeed and wants so many pictures, each within
// what a client takes and whole in the folder, and these words.
func (c *client) seen(code string, pictures int, words ...string) string {
	c.t.Helper()
	res := c.call("execute_code", map[string]any{"code": code})
	got := text(res)
	if res.IsError || len(images(res)) != pictures {
		c.t.Errorf("%d pictures, want %d, of:\n%s\ngave:\n%s", len(images(res)), pictures, code, got)
		return got
	}
	for _, i := range images(res) {
		picture, err := png.DecodeConfig(bytes.NewReader(i.Data))
		if err != nil || len(i.Data) > 256<<10 || max(picture.Width, picture.Height) > 1568 {
			c.t.Errorf("%s of %d bytes, %dx%d: %v", i.MIMEType, len(i.Data), picture.Width, picture.Height, err)
		}
	}
	if pictures > 0 {
		c.wants(got, "full size")
	}
	c.wants(got, words...)
	return got
}

const circle = `<svg xmlns="http://www.w3.org/2000/svg" width="3000" height="1000"><circle cx="500" cy="500" r="400"/></svg>`

func TestPicturesOfEveryKindComeAsPictures(t *testing.T) {
	c := in(t)
	c.run("from IPython.display import SVG, HTML, Image, display\nimport base64, io, PIL.Image\n" +
		"svg = '''" + circle + "'''\n" +
		"im = PIL.Image.new('RGB', (3000, 2000), 'navy')\nb = io.BytesIO(); im.save(b, 'PNG'); data = b.getvalue()\n" +
		"class Graph:\n    def _repr_svg_(self): return svg\n" +
		"class Picture:\n    def _repr_png_(self): return data")
	c.seen("SVG(svg)", 1)
	c.seen("display(Graph())\nprint('between')\ndisplay(SVG(svg.replace('400', '300')))", 2, "between")
	c.seen("Picture()", 1)
	c.seen("im.show()\nim", 1)
	c.seen("HTML(f'<p>a page</p><img src=\"data:image/png;base64,{base64.b64encode(data).decode()}\">')", 1, "a page")
	c.seen("im.save('x.gif', save_all=True, append_images=[im.rotate(90)])\nImage('x.gif')", 1)
	c.seen("SVG(svg.replace('3000', '9' * 9))", 1)
	c.seen("display({'image/png': b'nonsense'}, raw=True)", 0, "picture not shown")
	c.seen(`
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
fig, ax = plt.subplots()
line, = ax.plot([], [])
ani = FuncAnimation(fig, lambda i: line.set_data(range(i), range(i)), frames=5)
plt.close()
ani`, 1)
	c.seen("HTML(ani.to_jshtml())", 1)
}

func TestPlotlyChartsComeOnceAndSurviveTheirBrowser(t *testing.T) {
	c := in(t)
	c.seen("import plotly.express as px\nfig = px.bar(x=[1, 2], y=[3, 4])\nfig.show()\nfig", 1)
	c.seen("for i in range(3): px.line(y=[i, 1], title=f'{i}').show()", 3)
	c.seen(`
import os
os.environ.clear()
for p in os.listdir('/proc'):
    if p.isdigit() and b'--headless' in open(f'/proc/{p}/cmdline', 'rb').read(): os.kill(int(p), 9)
fig.show()`, 1)
	c.seen("fig.write_image('own.png'); fig.write_html('own.html')", 1, "own.html")
}

func TestValuesReadAsText(t *testing.T) {
	c := in(t)
	c.run("import pandas as pd, numpy as np\nfrom IPython.display import *\ndf = pd.DataFrame({'region': ['East', 'West'], 'n': [1.5, 22.25]})")
	for code, words := range map[string][]string{
		"df.style.format({'n': '{:.1f}'}).set_caption('Sales')":                              {"Sales", "0  East     1.5"},
		"HTML('<h2>Title</h2><p>Some <b>bold</b> text</p>' + df.to_html())":                  {"Title\nSome bold text", "1  West    22.25"},
		"display(JSON({'a': 1}), Markdown('# Head'), Latex('$x$'), Code('print(1)'))":        {`{"a": 1}`, "# Head", "$x$", "print(1)"},
		"display(IFrame('http://a/', 1, 1), Audio(data=b'RIFF', rate=8), Javascript('x()'))": {"page not shown: http://a/", "audio not shown", "JavaScript not run"},
		"import statsmodels.api as sm\nsm.OLS([1., 2, 4], [1., 2, 3]).fit().summary()":       {"OLS Regression Results"},
		"import sympy\nsympy.Symbol('x')**2":                                                 {"x**2"},
		"from rich.table import Table\nt = Table(title='T'); t.add_column('head'); t":        {"head"},
		"class A:\n    def __str__(self): return 'it says'\nA()":                             {"it says"},
		"class B: pass\nB()":                  {"<__main__.B>"},
		"{i: i * 2 for i in range(60)}":       {"0: 0, 1: 2, 2: 4, 3: 6"},
		"pd.DataFrame(np.zeros((1000, 500)))": {"[1000 rows x 500 columns]"},
		"h = display('first', display_id=True)\nh.update('second')\nclear_output()\nprint('end')": {"first", "second", "end"},
	} {
		got := c.run(code)
		c.wants(got, words...)
		if strings.Contains(got, " at 0x") || len(got) > 15000 {
			t.Errorf("%s gave %d characters:\n%.2000s", code, len(got), got)
		}
	}
	lines := strings.Count(c.run("list(range(300))"), "\n")
	if lines > 15 {
		t.Errorf("300 small numbers take %d lines", lines)
	}
	for _, huge := range []string{"'x' * 100_000_000", "{'a': ['y' * 100_000_000]}", "[list(range(1000))] * 1000"} {
		if got := c.run(huge); len(got) > 22000 {
			t.Errorf("%s gave %d bytes", huge, len(got))
		}
	}
}

func TestOutputOfCAndOfChildrenComesAtItsPlace(t *testing.T) {
	c := in(t)
	got := c.run(`
import ctypes, os, subprocess, sys
libc = ctypes.CDLL(None)
print('1'); libc.puts(b'2'); print('3', file=sys.stderr); libc.printf(b'4 ')
print('5', end=' '); subprocess.run(['echo', '6']); os.system('echo 7'); print('8', end=' ')
if os.fork() == 0:
    print('9'); os._exit(0)
os.wait()
libc.printf(b'no line end')`)
	c.wants(got, "1\n2\n3\n4 5 6\n7\n8 9\nno line end")
}

func TestNamesOfThisHostResolveAndServe(t *testing.T) {
	c := in(t)
	c.wants(c.run(`
import http.server, socket, threading, urllib.request
server = http.server.HTTPServer(('localhost', 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(socket.gethostbyname('localhost'), socket.gethostbyname(socket.gethostname())[:4])
print(urllib.request.urlopen(f'http://localhost:{server.server_port}/').status)`), "127.0.0.1 127.", "200")
}
