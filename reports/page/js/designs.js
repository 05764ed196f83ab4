/* The table of designs: sorted, searched, in pages. Selected rows are the compared designs of the other
 * views; they are copied, saved and set side by side. */

const PAGE_SIZES = [10, 20, 50, 100];

const tableColumns = [...new Set([
  ...sweptColumns.map(({ name }) => name),
  ...data.columns.filter(({ name, of }) => of === 'plan' && points.has(name)).map(({ name }) => name),
  ...mainMetrics, 'verdict', ...data.columns.map(({ name }) => name)])]
  .filter((name) => points.has(name));

/* The columns to begin with: all that identifies a design, and the main metrics. */
function firstTableNames() {
  const plans = varyingColumns.filter(({ of }) => of === 'plan').map(({ name }) => name);
  const shown = new Set([...sweptColumns.map(({ name }) => name), ...plans, ...mainMetrics, 'verdict',
    'engine_maturity', 'engine_limited_by']);
  return tableColumns.filter((name) => shown.has(name));
}

/* ---- which rows, in which order ---- */

/* Best first by the first objective. */
function firstSort() {
  const name = objectiveNames.find((one) => points.has(one)) || mainMetrics[0] || tableColumns[0];
  return { name, down: senseOf(name) > 0 };
}

/* What cannot be built comes last, and before it what has no value, whichever way. */
function compareBy({ name, down }) {
  const { value } = points.column(name);
  return (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (isFeasible(a) !== isFeasible(b)) return isFeasible(a) ? -1 : 1;
    if (x === null || y === null) return (x === null) - (y === null);
    return down ? d3.descending(x, y) : d3.ascending(x, y);
  };
}

function tableRows(table) {
  const rows = table.onlySelected ? state.compare.slice() : allRows.filter((row) => state.mask[row]);
  return rows.sort(compareBy(table.sort));
}

const searchTexts = new Map();

/* What a search finds a design by. */
function searchText(row) {
  if (!searchTexts.has(row)) {
    const texts = pointRows(row).map(([, text]) => text);
    const verdict = verdictColumn.value(row);
    searchTexts.set(row, [points.id(row), verdict, reasonOf(row), ...texts].join(' ').toLowerCase());
  }
  return searchTexts.get(row);
}

/* Every word must be found. */
function setSearch(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  state.setFilter('search', words.length === 0 ? null
    : (row) => words.every((word) => searchText(row).includes(word)), `search: ${words.join(' ')}`);
}

/* ---- head ---- */

function sortBy(table, name) {
  const isSame = table.sort.name === name;
  table.sort = { name, down: isSame ? !table.sort.down : senseOf(name) > 0 && points.column(name).isNumber };
  table.page = 0;
  drawDesigns(table);
}

function sortWord(table, name) {
  if (table.sort.name !== name) return 'none';
  return table.sort.down ? 'descending' : 'ascending';
}

const SORT_SIGNS = { none: '', ascending: ' ▲', descending: ' ▼' };

function drawDesignHead(table) {
  const heads = table.head.selectAll('th.column').data(table.names, (name) => name)
    .join((enter) => {
      const head = enter.append('th').attr('scope', 'col');
      head.append('button').attr('type', 'button').attr('class', 'sort');
      return head;
    }).order()
    .attr('class', (name) => (points.column(name).isNumber ? 'column n' : 'column'))
    .attr('aria-sort', (name) => sortWord(table, name));
  heads.select('button').attr('title', (name) => columnMeta(name).doc || null)
    .text((name) => `${plainName(name)}${SORT_SIGNS[sortWord(table, name)]}`)
    .on('click', (name) => sortBy(table, name));
}

/* ---- body ---- */

function drawDesignRow(table, node, row) {
  const line = d3.select(node);
  const isSelected = state.compare.includes(row);
  line.attr('aria-selected', String(isSelected)).classed('chosen-row', row === state.point)
    .classed('infeasible', !isFeasible(row)).attr('title', reasonOf(row) || null);
  line.select('input').property('checked', isSelected)
    .attr('aria-label', `Select point ${points.id(row)}`);
  line.select('.point-id').text(points.id(row));
  line.selectAll('td.value').data(table.names).join('td')
    .attr('class', (name) => (points.column(name).isNumber ? 'value n' : 'value'))
    .text((name) => tickText(name, points.column(name).value(row), 4));
}

function drawDesignBody(table, rows) {
  const lines = table.body.selectAll('tr').data(rows, (row) => row).join((enter) => {
    const line = enter.append('tr');
    const head = line.append('th').attr('scope', 'row').append('label');
    head.append('input').attr('type', 'checkbox').attr('tabindex', -1);
    head.append('span').attr('class', 'point-id');
    return line;
  }).order();
  lines.each(function draw(row) { drawDesignRow(table, this, row); })
    .attr('tabindex', (row, i) => (i === 0 ? 0 : -1))
    .on('click', (row) => { if (!d3.event.target.closest('label')) choosePoint(row, d3.event.shiftKey); })
    .on('keydown', (row) => designKey(table, row, d3.event));
  lines.select('input').on('change', (row) => state.toggleCompare(row));
}

/* ---- keys ---- */

function focusDesign(table, i) {
  const line = table.body.node().rows[i];
  if (!line) return;
  table.body.selectAll('tr').attr('tabindex', -1);
  line.tabIndex = 0;
  line.focus();
}

function designKey(table, row, event) {
  if (event.target.tagName !== 'TR') return;
  const i = event.target.sectionRowIndex;
  const last = table.body.node().rows.length - 1;
  const acts = {
    ArrowDown: () => focusDesign(table, i + 1),
    ArrowUp: () => focusDesign(table, i - 1),
    Home: () => focusDesign(table, 0),
    End: () => focusDesign(table, last),
    PageDown: () => turnPage(table, 1),
    PageUp: () => turnPage(table, -1),
    Enter: () => state.setPoint(row),
    ' ': () => state.toggleCompare(row),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
}

/* ---- pages ---- */

function pagesOf(table) {
  return Math.max(1, Math.ceil(table.rows.length / table.size));
}

function turnPage(table, by) {
  const hadFocus = table.body.node().contains(document.activeElement);
  table.page += by;
  drawDesigns(table);
  if (hadFocus) focusDesign(table, 0);
}

function addPager(table, parent) {
  const pager = parent.append('div').attr('class', 'controls pager');
  table.before = addButton(pager, 'Before', () => turnPage(table, -1)).attr('id', 'designs-before');
  table.pageText = pager.append('span').attr('role', 'status');
  table.after = addButton(pager, 'Next', () => turnPage(table, 1)).attr('id', 'designs-next');
  const size = addSelect(pager, 'rows', PAGE_SIZES, (rows) => rows).property('value', table.size);
  size.on('change', () => {
    table.size = Number(size.property('value'));
    drawDesigns(table);
  });
}

function drawPager(table) {
  const pages = pagesOf(table);
  table.before.property('disabled', table.page === 0);
  table.after.property('disabled', table.page === pages - 1);
  table.pageText.text(`page ${table.page + 1} of ${pages}; ${table.rows.length} designs`);
}

/* ---- what is done with the selection ---- */

/* The selected designs, or all that pass the filters. */
function designsToSend(table) {
  return state.compare.length ? state.compare : table.rows;
}

function tellDone(table, promise, text) {
  promise.then(() => table.done.text(text), (fault) => table.done.text(`Not copied: ${fault.message}`));
}

function copyCsv(table) {
  const rows = designsToSend(table);
  tellDone(table, copyText(csvOf(rows)), `Copied ${rows.length} designs as CSV.`);
}

function saveCsv(table) {
  const rows = designsToSend(table);
  saveFile(fileName('-designs.csv'), 'text/csv;charset=utf-8', csvOf(rows));
  table.done.text(`Saved ${rows.length} designs as CSV.`);
}

/* A line for each selected design, or for the chosen one. */
function copyLines(table) {
  const rows = state.compare.length ? state.compare : [state.point];
  tellDone(table, copyText(`${rows.map(evalLine).join('\n')}\n`),
    rows.length === 1 ? 'Copied the line of dse eval.' : `Copied ${rows.length} lines of dse eval.`);
}

function addSearchBox(parent) {
  const label = parent.append('label');
  label.append('span').text('Search');
  const input = label.append('input').attr('type', 'search').attr('id', 'designs-search')
    .attr('placeholder', 'words, such as duplex 192 GB');
  const search = oncePerFrame((text) => setSearch(text));
  input.on('input', () => search(input.property('value')));
  state.on('filter', () => { if (!state.filters.has('search')) input.property('value', ''); });
}

function addDesignTools(table, body) {
  const box = body.append('div').attr('class', 'controls');
  addSearchBox(box);
  addMenu(box, 'Columns', tableColumns.map((name) => (
    { name, text: plainName(name), doc: columnMeta(name).doc, isOn: table.names.includes(name) })),
  (name, isOn) => {
    table.names = tableColumns.filter((one) => (one === name ? isOn : table.names.includes(one)));
    drawDesigns(table);
  });
  table.copy = addButton(box, '', () => copyCsv(table)).attr('id', 'designs-copy');
  table.save = addButton(box, '', () => saveCsv(table)).attr('id', 'designs-save');
  table.line = addButton(box, '', () => copyLines(table)).attr('id', 'designs-line');
  table.only = addSwitch(box, 'only the selected').attr('id', 'designs-only');
  table.only.on('change', () => {
    table.onlySelected = table.only.property('checked');
    table.page = 0;
    drawDesigns(table);
  });
  table.clear = addButton(box, 'Clear selection', () => state.setCompare([])).attr('id', 'designs-clear');
  table.done = box.append('span').attr('role', 'status').attr('class', 'note');
}

function drawDesignTools(table) {
  const count = state.compare.length;
  const what = count ? `${count} selected` : `all ${table.rows.length}`;
  table.copy.text(`Copy CSV: ${what}`);
  table.save.text(`Save CSV: ${what}`);
  table.line.text(count > 1 ? `Copy ${count} dse eval lines` : 'Copy dse eval line')
    .property('disabled', count === 0 && state.point === null);
  table.clear.property('disabled', count === 0);
}

/* ---- the view ---- */

function drawDesigns(table) {
  table.rows = tableRows(table);
  table.page = Math.max(0, Math.min(table.page, pagesOf(table) - 1));
  drawDesignHead(table);
  drawDesignBody(table, table.rows.slice(table.page * table.size, (table.page + 1) * table.size));
  drawPager(table);
  drawDesignTools(table);
}

function makeDesigns(body) {
  const table = { names: firstTableNames(), sort: firstSort(), page: 0, size: 20, rows: [],
    onlySelected: false };
  addDesignTools(table, d3.select(body));
  const grid = d3.select(body).append('div').attr('class', 'scroll designs-scroll')
    .append('table').attr('class', 'designs');
  table.head = grid.append('thead').append('tr');
  table.head.append('th').attr('scope', 'col').attr('class', 'corner').text('point');
  table.body = grid.append('tbody');
  addPager(table, d3.select(body));
  const redraw = oncePerFrame(() => drawDesigns(table));
  state.on('filter', () => {
    table.page = 0;
    redraw();
  });
  state.on('compare', redraw);
  state.on('point', redraw);
  drawDesigns(table);
}

views.push({
  id: 'designs',
  title: 'Designs',
  note: 'Click a row to choose it, tick it to select it. By keys: up and down, space selects, Enter'
    + ' chooses, page up and down turn pages.',
  order: 66,
  wide: true,
  available: () => points.n > 0,
  make: makeDesigns,
});
