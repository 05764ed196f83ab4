/* The chosen and the selected designs side by side: a column each, and how far each number is from the
 * first column. */

const COMPARED_MOST = 8;

const comparedColumns = data.columns.filter(({ name }) => points.has(name) && !isBound({ name }));

function comparedRows() {
  const chosen = state.point === null || state.compare.includes(state.point) ? [] : [state.point];
  return [...chosen, ...state.compare].slice(0, COMPARED_MOST);
}

/* "deepseek-r1, context 65536, duplex" */
function designText(row) {
  return [modelOf(row), rowWorkload(row), partNames(row)].filter(Boolean).join(', ');
}

function differs(name, rows) {
  const { value } = points.column(name);
  return rows.some((row) => value(row) !== value(rows[0]));
}

/* "×1.25" of the first design; empty where that says nothing. */
function timesFirst(name, row, first) {
  const { value, isNumber } = points.column(name);
  if (!isNumber || row === first || !(value(first) > 0) || value(row) === null) return '';
  const times = value(row) / value(first);
  return times === 1 ? '' : `×${ratio(times)}`;
}

/* Is it the best value of the feasible designs? */
function isBest(name, row, rows) {
  const { value, sense } = points.column(name);
  const rivals = rows.filter((other) => isFeasible(other) && value(other) !== null);
  return Boolean(sense) && differs(name, rows) && rivals.includes(row)
    && rivals.every((other) => sense * value(other) <= sense * value(row));
}

function drawComparedLine(node, name, rows) {
  const line = d3.select(node);
  line.selectAll('*').remove();
  line.append('th').attr('scope', 'row').attr('title', columnMeta(name).doc || null)
    .text(plainName(name));
  line.selectAll('td').data(rows).join('td').each(function cell(row) {
    const box = d3.select(this).classed('best', isBest(name, row, rows));
    box.append('span').text(tickText(name, points.column(name).value(row), 4));
    const times = timesFirst(name, row, rows[0]);
    if (times) box.append('span').attr('class', 'stored').text(times);
  });
}

function drawComparedHead(node, rows) {
  const line = d3.select(node);
  line.selectAll('*').remove();
  line.append('th').attr('scope', 'col').text('');
  line.selectAll('th.design').data(rows).join('th').attr('class', 'design').attr('scope', 'col')
    .each(function head(row) {
      const box = d3.select(this);
      const at = state.compare.indexOf(row);
      addModelMark(box, modelOf(row));
      box.append('span').text(`${at < 0 ? 'chosen' : `${at + 1}`}: ${pointTitle(row)}`);
      if (at >= 0) {
        addButton(box, '×', () => state.toggleCompare(row)).attr('class', 'remove')
          .attr('aria-label', `Do not compare point ${points.id(row)}`);
      }
      box.append('span').attr('class', 'under').text(designText(row));
    });
}

function drawCompared(view) {
  const rows = comparedRows();
  const names = comparedColumns.map(({ name }) => name)
    .filter((name) => rows.some((row) => points.column(name).value(row) !== null))
    .filter((name) => rows.length < 2 || view.equal.property('checked') || differs(name, rows));
  view.empty.property('hidden', rows.length > 0);
  view.box.property('hidden', rows.length === 0);
  view.more.text(state.compare.length > COMPARED_MOST
    ? `The first ${COMPARED_MOST} of ${state.compare.length}.` : '');
  drawComparedHead(view.head.node(), rows);
  view.body.selectAll('tr').data(rows.length ? names : []).join('tr')
    .each(function line(name) { drawComparedLine(this, name, rows); });
}

function makeCompare(body) {
  const view = { empty: d3.select(body).append('p').text(
    'Choose a design in the front, the parallel coordinates or the table; Shift and click, or a tick in'
      + ' the table, sets more beside it.') };
  view.box = d3.select(body).append('div');
  const tools = view.box.append('div').attr('class', 'controls');
  view.equal = addSwitch(tools, 'also what is equal').attr('id', 'compare-equal');
  view.more = tools.append('span').attr('class', 'note');
  const table = view.box.append('div').attr('class', 'scroll').append('table').attr('class', 'compare');
  view.head = table.append('thead').append('tr');
  view.body = table.append('tbody');
  const redraw = () => drawCompared(view);
  view.equal.on('change', redraw);
  state.on('compare', redraw);
  state.on('point', redraw);
  redraw();
}

views.push({
  id: 'compare',
  title: 'Designs side by side',
  note: 'Bold: the best of its line; ×: over the first column.',
  order: 68,
  wide: true,
  available: () => points.n > 0,
  make: makeCompare,
});
