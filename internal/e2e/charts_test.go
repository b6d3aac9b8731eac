//go:build e2e

package e2e

import (
	"bytes"
	"image/png"
	"testing"
)

func TestEachChartLibraryGivesOnePictureAChart(t *testing.T) {
	c := in(t)
	for name, tt := range map[string]struct {
		code   string
		charts int
	}{
		"matplotlib shown":       {"import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()", 1},
		"matplotlib left open":   {"import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n_ = ax.plot([1, 2])", 1},
		"matplotlib saved":       {"import matplotlib.pyplot as plt\nplt.bar(['a'], [1])\nplt.savefig('bar.png')\nplt.close()", 1},
		"matplotlib two":         {"import matplotlib.pyplot as plt\nfor i in range(2):\n    plt.figure()\n    plt.plot([i, 1])\nplt.show()", 2},
		"saved and shown":        {"import matplotlib.pyplot as plt\nplt.plot([1])\nplt.savefig('s.png')\nplt.show()", 1},
		"pandas":                 {"import pandas as pd\npd.DataFrame({'a': [1, 2]}).plot()", 1},
		"seaborn":                {"import seaborn as sns, pandas as pd\nd = pd.DataFrame({'a': [1, 2, 3], 'b': [3, 1, 2]})\nsns.relplot(data=d, x='a', y='b')", 1},
		"plotly shown":           {"import plotly.express as px\npx.bar(x=['a', 'b'], y=[1, 2]).show()", 1},
		"plotly as last value":   {"import plotly.express as px\npx.line(x=[1, 2], y=[1, 2], title='日本 €')", 1},
		"CJK and emoji in title": {"import matplotlib.pyplot as plt\nplt.plot([1])\nplt.title('売上 📈 é')\nplt.show()", 1},
		"none":                   {"1 + 1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := &client{t, c.session, c.ClientSession}
			res := c.call("execute_code", map[string]any{"code": tt.code})
			got := images(res)
			if res.IsError || len(got) != tt.charts {
				t.Fatalf("%d pictures, want %d:\n%s", len(got), tt.charts, text(res))
			}
			for _, i := range got {
				picture, err := png.DecodeConfig(bytes.NewReader(i.Data))
				if err != nil || i.MIMEType != "image/png" || len(i.Data) > 256<<10 || max(picture.Width, picture.Height) > 1568 || picture.Width < 100 {
					t.Errorf("%s of %d bytes, %dx%d: %v", i.MIMEType, len(i.Data), picture.Width, picture.Height, err)
				}
			}
		})
	}
}

func TestAChartIsBoundedInlineAndWholeInTheFolder(t *testing.T) {
	c := in(t)
	res := c.call("execute_code", map[string]any{"code": `
import matplotlib.pyplot as plt, numpy as np
plt.figure(figsize=(40, 30), dpi=100)
plt.imshow(np.random.rand(800, 800))
plt.show()`})
	if res.IsError || len(images(res)) != 1 {
		t.Fatal(text(res))
	}
	c.wants(text(res), "charts/")
	c.wants(c.run("import glob\nfrom PIL import Image\nmax(Image.open(glob.glob('charts/*.png')[0]).size) > 1568"), "True")
}
