// The administrator's page: asks for all sessions every two seconds and shows
// them. Ids and names are whatever a caller chose, so everything is put on the
// page as text (textContent), never as markup.
'use strict';

const EVERY = 2000; // ms between an answer and the next question
const PATIENCE = 10000; // ms until an answer counts as none
const KEY = 'power-interpreter-admin-key'; // in sessionStorage

const $ = (id) => document.getElementById(id);
let sorted = { by: 'state', down: false };
let newest = { sessions: [] };
let timer = 0;

// --- how figures read ---------------------------------------------------------

const NONE = '–';

function bytes(n) {
  if (n === null) return NONE;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let i = 0;
  while (n >= 1024 && i < units.length - 1) { n /= 1024; i++; }
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

const fine = (seconds) => (seconds < 10 ? `${seconds.toFixed(2)} s` : span(seconds));

const counted = (n, what) => `${n} ${what}${n === 1 ? '' : 's'}`;

const clock = (time) => new Date(time).toLocaleString();

// --- the columns --------------------------------------------------------------

const STATES = ['busy', 'starting', 'idle', 'new', 'stopped'];

// Each: its head, what it is sorted by, and what it shows: lines of text, the
// first plain and the others small, and a meter where there is a bound.
const COLUMNS = [
  {
    name: 'session', head: 'Session', key: (s) => `${s.session_id}\n${s.owner}`,
    show: (s) => ({ lines: [s.session_id, `of ${s.owner}`, s.id] }),
  },
  {
    name: 'state', head: 'State', key: (s) => STATES.indexOf(s.state),
    show: (s) => ({
      lines: [s.sandbox && s.sandbox.state !== 'running' ? `${s.state} (${s.sandbox.state})` : s.state],
      className: `state ${s.state}`, notes: s.unknown,
    }),
  },
  {
    name: 'running', head: 'Running', key: (s) => (s.running ? -s.running.seconds : 1),
    show: (s) => (s.running
      ? { lines: [`${s.running.op} for ${span(s.running.seconds)}`, `${s.running.job ? 'job ' : ''}${s.running.id}, since ${clock(s.running.started)}`] }
      : { lines: [NONE] }),
  },
  { name: 'queued', head: 'Waiting', key: (s) => -s.queued, show: (s) => ({ lines: [String(s.queued)] }) },
  {
    name: 'memory', head: 'Memory', key: (s) => -(s.memory.bytes ?? -1),
    show: (s) => ({
      lines: [bytes(s.memory.bytes), `peak ${bytes(s.memory.peak_bytes)}`, `of ${bytes(s.memory.limit_bytes)}`],
      meter: [s.memory.bytes, s.memory.limit_bytes],
    }),
  },
  {
    name: 'cpu', head: 'Processors', key: (s) => -(s.cpu.cores ?? -1),
    show: (s) => ({
      lines: [s.cpu.cores === null ? NONE : `${s.cpu.cores.toFixed(2)} cores`,
        s.cpu.seconds === null ? '' : `${s.cpu.seconds.toFixed(1)} s in all`,
        s.pids.count === null ? '' : `${s.pids.count} of ${s.pids.limit} processes, threads`],
    }),
  },
  {
    name: 'disk', head: 'Files', key: (s) => -(s.disk.bytes ?? -1),
    show: (s) => ({
      lines: [bytes(s.disk.bytes), s.disk.files === null ? '' : `${s.disk.complete ? '' : 'more than '}${counted(s.disk.files, 'file')}`,
        `of ${bytes(s.disk.limit_bytes)}`],
      meter: [s.disk.bytes, s.disk.limit_bytes],
    }),
  },
  {
    name: 'runs', head: 'Runs', key: (s) => -s.executions.ended,
    show: (s) => ({ lines: [String(s.executions.ended), counted(s.executions.jobs, 'job'), `${s.executions.failed} failed`] }),
  },
  {
    name: 'idle', head: 'Idle', key: (s) => s.idle_seconds,
    show: (s) => ({ lines: [s.running ? NONE : span(s.idle_seconds), `made ${span(s.age_seconds)} ago`] }),
  },
  {
    name: 'death', head: 'Last death', key: (s) => (s.last_death ? -Date.parse(s.last_death.at) : 1),
    show: (s) => (s.last_death
      ? { lines: [s.last_death.cause, s.last_death.words, clock(s.last_death.at)], className: 'death' }
      : { lines: [NONE] }),
  },
];

const ACTIONS = [
  {
    name: 'interrupt', label: 'Interrupt', can: (s) => s.running !== null,
    loss: 'What runs ends as cancelled. Variables and files are kept.',
  },
  {
    name: 'reset', label: 'Reset', can: (s) => ['busy', 'idle'].includes(s.state),
    loss: 'What runs ends, and all variables are lost. Files are kept.',
  },
  {
    name: 'delete', label: 'Delete', can: () => true,
    loss: 'What runs ends, and the variables, files and results of the session are gone for good.',
  },
];

// --- the table ----------------------------------------------------------------

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function child(parent, tag, className) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  parent.append(node);
  return node;
}

function fill(cell, { lines, className = '', meter, notes = [] }) {
  const wanted = [
    ...lines.filter((line, i) => i === 0 || line).map((text, i) => ({ tag: i ? 'small' : 'span', text, className: i ? '' : className })),
    ...notes.map((text) => ({ tag: 'small', text, className: 'note' })),
  ];
  const box = cell.lastElementChild ?? child(cell, 'div');
  const gauge = meter && meter[0] !== null;
  while (box.children.length > wanted.length + (gauge ? 1 : 0)) box.lastElementChild.remove();
  wanted.forEach((want, i) => {
    let node = box.children[i];
    if (!node || node.localName !== want.tag) {
      const made = document.createElement(want.tag);
      if (node) node.replaceWith(made); else box.append(made);
      node = made;
    }
    if (node.className !== want.className) node.className = want.className;
    put(node, want.text);
  });
  if (!gauge) return;
  const node = box.children[wanted.length]?.localName === 'meter' ? box.children[wanted.length] : child(box, 'meter');
  const [value, limit] = meter;
  Object.assign(node, { min: 0, max: limit, low: limit * 0.7, high: limit * 0.9, optimum: 0, value });
  node.setAttribute('aria-label', `${lines[0]} of ${bytes(limit)}`);
}

function newRow(id) {
  const row = document.createElement('tr');
  row.dataset.id = id;
  COLUMNS.forEach((column, i) => {
    const cell = child(row, i ? 'td' : 'th');
    if (i) cell.dataset.label = column.head; else cell.scope = 'row';
  });
  const actions = child(row, 'td', 'actions');
  actions.dataset.label = 'Actions';
  const box = child(actions, 'div');
  const recent = child(box, 'button');
  recent.type = 'button';
  put(recent, 'Recent');
  recent.addEventListener('click', () => showRecent(row.dataset.id));
  for (const action of ACTIONS) {
    const button = child(box, 'button');
    button.type = 'button';
    button.dataset.action = action.name;
    put(button, action.label);
    button.addEventListener('click', () => ask(row.dataset.id, action));
  }
  return row;
}

function compare(a, b) {
  const { key } = COLUMNS.find((column) => column.name === sorted.by);
  const [x, y] = [key(a), key(b)];
  const order = typeof x === 'string' ? x.localeCompare(y) : x - y;
  return (sorted.down ? -order : order) || a.session_id.localeCompare(b.session_id) || a.id.localeCompare(b.id);
}

function show() {
  const body = $('rows');
  const rows = new Map([...body.children].map((row) => [row.dataset.id, row]));
  const sessions = [...newest.sessions].sort(compare);
  sessions.forEach((session, i) => {
    const row = rows.get(session.id) ?? newRow(session.id);
    rows.delete(session.id);
    COLUMNS.forEach((column, j) => fill(row.children[j], column.show(session)));
    for (const button of row.querySelectorAll('button')) {
      const action = ACTIONS.find(({ name }) => name === button.dataset.action);
      button.disabled = action !== undefined && !action.can(session);
      button.setAttribute('aria-label', `${button.textContent}: session ${session.session_id} of ${session.owner}`);
    }
    if (body.children[i] !== row) body.insertBefore(row, body.children[i] ?? null);
  });
  for (const row of rows.values()) row.remove();
  $('none').hidden = sessions.length > 0;
  const t = newest.totals;
  put($('totals'), `${counted(t.sessions, 'session')}, ${t.states.busy} busy · ${t.places_held} of ${t.places} places held · ${t.spares_ready} of ${t.spares_kept} spares ready · server up for ${span((Date.parse(newest.time) - Date.parse(t.running_since)) / 1000)}`);
}

function sortBy(name) {
  sorted = { by: name, down: sorted.by === name && !sorted.down };
  for (const head of $('heads').children) {
    if (head.dataset.name === sorted.by) head.setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending');
    else head.removeAttribute('aria-sort');
  }
  $('order').value = sorted.by;
  if (newest.totals) show();
}

function makeHeads() {
  for (const column of COLUMNS) {
    const head = child($('heads'), 'th');
    head.scope = 'col';
    head.dataset.name = column.name;
    const button = child(head, 'button');
    button.type = 'button';
    put(button, column.head);
    button.addEventListener('click', () => sortBy(column.name));
    const option = child($('order'), 'option');
    option.value = column.name;
    put(option, column.head);
  }
  const last = child($('heads'), 'th');
  last.scope = 'col';
  put(last, 'Actions');
  $('order').addEventListener('change', (event) => sortBy(event.target.value));
  sorted.by = '';
  sortBy('state');
}

// --- the server ---------------------------------------------------------------

async function call(method, path) {
  const key = sessionStorage.getItem(KEY);
  const answer = await fetch(`admin/sessions${path}`, {
    method, cache: 'no-store', credentials: 'omit',
    headers: key ? { Authorization: `Bearer ${key}` } : {},
    signal: AbortSignal.timeout(method === 'GET' ? PATIENCE : 2 * PATIENCE),
  });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.message), { status: answer.status });
  return body;
}

function needKey(why) {
  $('view').hidden = true;
  $('key-form').hidden = false;
  put($('totals'), '');
  put($('trouble'), sessionStorage.getItem(KEY) ? why : '');
  sessionStorage.removeItem(KEY);
  $('key').focus();
}

async function look() {
  clearTimeout(timer);
  try {
    newest = await call('GET', '');
    put($('trouble'), '');
    $('key-form').hidden = true;
    $('view').hidden = false;
    show();
  } catch (error) {
    if (error.status === 401 || error.status === 403) {
      needKey(error.message);
      return;
    }
    put($('trouble'), error.status ? error.message : 'The server does not answer; trying again. What is shown may be old.');
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, EVERY);
}

async function ask(id, action) {
  const session = newest.sessions.find((one) => one.id === id);
  if (!session) return;
  put($('ask-what'), `${action.label} session ${session.session_id} of ${session.owner}?`);
  put($('ask-loss'), action.loss);
  put($('ask-yes'), action.label);
  const dialog = $('ask');
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((closed) => { dialog.addEventListener('close', closed, { once: true }); });
  if (dialog.returnValue !== 'yes') return;
  put($('news'), `${action.label}: session ${session.session_id} …`);
  try {
    const path = `/${encodeURIComponent(id)}`;
    const did = action.name === 'delete' ? await call('DELETE', path) : await call('POST', `${path}/${action.name}`);
    put($('news'), `Session ${session.session_id} of ${session.owner}: ${did.done}.`);
  } catch (error) {
    put($('news'), '');
    put($('trouble'), `${action.label} session ${session.session_id}: ${error.message}`);
    timer = setTimeout(look, EVERY);
    return;
  }
  look();
}

// showRecent lists a session's latest executions, as they are now.
async function showRecent(id) {
  let session;
  try {
    ({ session } = await call('GET', `/${encodeURIComponent(id)}`));
  } catch (error) {
    put($('trouble'), error.message);
    return;
  }
  const all = session.recent ?? [];
  put($('recent-of'), `Latest executions of session ${session.session_id} of ${session.owner}`);
  $('recent-rows').replaceChildren(...all.map((x) => {
    const line = document.createElement('tr');
    const cells = [`${x.job ? 'job' : x.op} ${x.id}`, x.status, x.started ? fine(x.seconds) : NONE, x.started ? clock(x.started) : 'not yet'];
    for (const text of cells) put(child(line, 'td'), text);
    return line;
  }));
  $('recent-none').hidden = all.length > 0;
  $('recent').showModal();
}

$('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, $('key').value.trim());
  $('key').value = '';
  look();
});

document.addEventListener('visibilitychange', () => { if (!document.hidden && $('key-form').hidden) look(); });

makeHeads();
look();
