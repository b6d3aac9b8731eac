"""One real operation of every library of the stack, in a kernel and without network."""

from collections.abc import Iterator

import pytest
from harness import Kernel, Zygote

XY = (
    "rng = np.random.default_rng(0)\nX = rng.random((200, 3))\n"
    "y = (X[:, 0] + X[:, 1] > 1).astype(int)\n"
)

OPERATIONS = {
    "pandas": "pd.DataFrame({'g': list('aab'), 'v': [1, 2, 3]}).groupby('g').v.sum().to_dict() "
    "== {'a': 3, 'b': 3}",
    "pandas styler": "'<table' in pd.DataFrame({'a': [1]}).style.to_html()",
    "numpy": "bool(np.allclose(np.linalg.inv(np.diag([2., 4.])), np.diag([.5, .25])))",
    "scipy": "from scipy import optimize, stats\n"
    "bool(abs(optimize.minimize_scalar(lambda x: (x - 2)**2).x - 2) < 1e-6 and stats.norm.cdf(0) "
    "== .5)",
    "sklearn": XY + "from sklearn.ensemble import RandomForestClassifier\n"
    "from sklearn.model_selection import cross_val_score\n"
    "bool(cross_val_score(RandomForestClassifier(20, n_jobs=2, random_state=0), X, y).mean() > .8)",
    "xgboost": XY
    + "import xgboost\nbool(xgboost.XGBClassifier(n_estimators=20).fit(X, y).score(X, y) > .9)",
    "lightgbm": XY + "import lightgbm\n"
    "bool(lightgbm.LGBMClassifier(n_estimators=20, verbose=-1).fit(X, y).score(X, y) > .9)",
    "statsmodels": "import statsmodels.formula.api as smf\n"
    "d = pd.DataFrame({'x': range(10), 'y': [2 * x + 1 for x in range(10)]})\n"
    "bool(abs(smf.ols('y ~ x', d).fit().params['x'] - 2) < 1e-9)",
    "pingouin": "import pingouin as pg\nbool(pg.ttest([1, 2, 3, 4], [5, 6, 7, 8]).shape[0] == 1)",
    "sympy": "import sympy as s\nx = s.Symbol('x')\ns.integrate(s.sin(x), (x, 0, s.pi)) == 2",
    "openpyxl": "pd.DataFrame({'a': [1]}).to_excel('o.xlsx', index=False)\n"
    "pd.read_excel('o.xlsx').a[0] == 1 and True",
    "xlsxwriter": "with pd.ExcelWriter('x.xlsx', engine='xlsxwriter') as w:\n"
    "    pd.DataFrame({'a': [1]}).to_excel(w)\n    w.sheets['Sheet1'].set_column(0, 0, 20)\n"
    "import openpyxl\nopenpyxl.load_workbook('x.xlsx').active['B2'].value == 1",
    "xlrd": "import xlrd\nxlrd.__version__ >= '2'",
    "pyarrow": "import pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq\n"
    "pq.write_table(pa.table({'a': [1, 2]}), 'a.parquet')\n"
    "pc.sum(pq.read_table('a.parquet')['a']).as_py() == 3",
    "fastparquet": "pd.DataFrame({'a': [1.5]}).to_parquet('f.parquet', engine='fastparquet')\n"
    "bool(pd.read_parquet('f.parquet', engine='fastparquet').a[0] == 1.5)",
    "duckdb": "import duckdb\nd = pd.DataFrame({'a': [1, 2]})\nduckdb.sql('select sum(a) s from "
    "d').fetchall() == [(3,)]",
    "duckdb file": "import duckdb\nc = duckdb.connect('d.db')\nc.execute('create table t as "
    "select 5 a').fetchall()\n"
    "c.close()\nduckdb.connect('d.db').sql('from t').fetchall() == [(5,)]",
    "sqlalchemy": "from sqlalchemy import create_engine\ne = create_engine('sqlite:///s.db')\n"
    "pd.DataFrame({'a': [7]}).to_sql('t', e, index=False)\nbool(pd.read_sql('select a from t', "
    "e).a[0] == 7)",
    "pdfplumber": "import matplotlib.pyplot as plt, pdfplumber\nf = plt.figure()\nf.text(.2, .5, "
    "'Findable')\n"
    "f.savefig('p.pdf')\nplt.close(f)\n'Findable' in "
    "pdfplumber.open('p.pdf').pages[0].extract_text()",
    "PyPDF2": "import matplotlib.pyplot as plt, warnings\nwith warnings.catch_warnings():\n"
    "    warnings.simplefilter('ignore')\n    import PyPDF2\nf = plt.figure()\n"
    "f.savefig('q.pdf')\nplt.close(f)\n"
    "len(PyPDF2.PdfReader('q.pdf').pages) == 1",
    "python-docx": "import docx\nd = docx.Document()\nd.add_heading('Title')\nd.save('d.docx')\n"
    "docx.Document('d.docx').paragraphs[0].text == 'Title'",
    "beautifulsoup4": "from bs4 import BeautifulSoup\nBeautifulSoup('<p>x</p>', 'lxml').p.text "
    "== 'x'",
    "lxml": "from lxml import etree\netree.fromstring('<a><b>1</b></a>').xpath('//b/text()') == "
    "['1']",
    "lxml html": "from io import StringIO\n"
    "int(pd.read_html(StringIO('<table><tr><th>a<tr><td>4</table>'))[0].a[0]) == 4",
    "Pillow": "from PIL import Image, ImageDraw, ImageFont\nim = Image.new('RGB', (50, 50))\n"
    "ImageDraw.Draw(im).text((5, 5), 'x')\nim.save('i.webp')\nImage.open('i.webp').size == (50, "
    "50)",
    "rich": "from rich.console import Console\nfrom rich.table import Table\nt = Table('h')\n"
    "t.add_row('v')\n"
    "c = Console(record=True)\nc.print(t)\n'v' in c.export_text()",
    "tabulate": "from tabulate import tabulate\n'a |' in tabulate([[1]], headers=['a'], "
    "tablefmt='pipe')",
    "to_markdown": "'|' in pd.DataFrame({'a': [1]}).to_markdown()",
    "tqdm": "from tqdm.auto import tqdm\nsum(tqdm(range(3))) == 3",
    "tenacity": "from tenacity import retry, stop_after_attempt\ntries = []\n"
    "@retry(stop=stop_after_attempt(3))\n"
    "def f():\n    tries.append(1)\n    if len(tries) < 2: raise ValueError\n    return "
    "len(tries)\nf() == 2",
    "seaborn": "import seaborn as sns, matplotlib.pyplot as plt\ng = sns.heatmap([[1, 2], [3, "
    "4]], annot=True)\n"
    "g.figure.savefig('h.png')\nplt.close()\nTrue",
    "plotly": "import plotly.express as px\nlen(px.bar(x=[1], y=[2], title='日本 "
    "😀').to_image('png')) > 1000",
    "kaleido": "import plotly.express as px, kaleido\nkaleido.write_fig_sync(px.bar(x=[1], "
    "y=[2]), 'k.svg')\n"
    "'<svg' in open('k.svg').read(500)",
    "jinja2": "import jinja2\njinja2.Template('{{ x }}').render(x=1) == '1'",
}


@pytest.fixture(scope="module")
def stacked(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    k = zygote.fork(tmp_path_factory.mktemp("stack"))
    yield k
    k.kill()


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_library_does_its_work(stacked: Kernel, name: str) -> None:
    run = stacked.cell(OPERATIONS[name])
    assert (run.status, run.value) == ("ok", "True"), run
    assert "Glyph" not in run.output


def test_the_whole_stack_is_imported_before_anyone_asks(stacked: Kernel) -> None:
    run = stacked.cell(
        "import sys\n[m for m in ('pandas', 'numpy', 'scipy.stats', 'sklearn.ensemble', "
        "'xgboost', 'lightgbm', "
        "'matplotlib.pyplot', 'seaborn', 'plotly.express', 'kaleido', 'statsmodels.api', "
        "'pingouin', 'sympy', "
        "'openpyxl', 'xlsxwriter', 'xlrd', 'pyarrow.parquet', 'fastparquet', 'duckdb', "
        "'pdfplumber', 'PyPDF2', "
        "'docx', 'bs4', 'lxml', 'PIL.Image', 'rich.table', 'tabulate', 'tqdm.auto', 'tenacity', "
        "'sqlalchemy') "
        "if m not in sys.modules]"
    )
    assert run.value == "[]"
