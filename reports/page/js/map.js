/* The pay-off map: P of each model and workload, a panel for the best engine (or chip of a pool) and one
 * for each.
 * Blue pays, orange does not, hatched is too close to call. */

/* The axis of the columns: the part of the workload with the most values. */
function mapColumnKey(groups) {
  const counts = workloadKeys.map((name) => new Set(groups.map((group) => group[name])).size);
  const most = d3.scan(counts, (a, b) => b - a);
  return most === undefined ? null : workloadKeys[most];
}

function byValue(a, b) {
  return typeof a === 'number' && typeof b === 'number' ? a - b : 0;
}

/* Rows are models, and what of the workload is not in the columns. */
function mapLayout(groups) {
  const columnKey = mapColumnKey(groups);
  const rowKeys = ['model', ...workloadKeys.filter((name) => name !== columnKey)];
  const columns = [...new Set(groups.map((group) => group[columnKey]))].sort(byValue);
  const rows = d3.nest().key((group) => JSON.stringify(rowKeys.map((name) => group[name])))
    .entries(groups)
    .map(({ values }) => ({
      model: cellModel(values[0]),
      rest: rowKeys.slice(1).map((name) => `${shortName(name)} ${keyText(name, values[0][name])}`)
        .join(', '),
      id: rowKeys.map((name) => values[0][name]),
    }));
  return { columnKey, rowKeys, columns, rows };
}

/* Groups by the place that they have in the layout. */
function mapIndex(layout, entries) {
  const key = (id, column) => JSON.stringify([id, column]);
  const found = new Map(entries.map((entry) => [
    key(layout.rowKeys.map((name) => entry.group[name]), entry.group[layout.columnKey]), entry]));
  return (row, column) => found.get(key(row.id, column)) || null;
}

/* The best engine of each workload, as entries of the map; `index` is the cell of that engine. */
function bestEntries() {
  const names = ['model', ...workloadKeys];
  const key = (group, engine) => JSON.stringify([...names.map((name) => group[name]), engine]);
  const indexes = new Map(cells.map((group, i) => [key(group, engineOf(group)), i]));
  return data.best.groups.map((group) => ({
    group, best: true, index: indexes.get(key(group, engineOf(group))),
  }));
}

/* Entries of the cells of the same workload, for the best P under a what-if. */
function rivalsOf(entry) {
  const same = (group) => ['model', ...workloadKeys].every((name) => group[name] === entry.group[name]);
  return cells.map((group, index) => ({ group, index })).filter(({ group }) => same(group));
}

/* The entry as it is to be shown now: {index, group, p, stored}. */
function shownEntry(entry) {
  if (!state.whatIf || !state.whatIf.p) return { ...entry, p: entry.group.payoff };
  if (!entry.best) return { ...entry, p: state.whatIf.p[entry.index], stored: entry.group.payoff };
  const rivals = rivalsOf(entry).filter(({ index }) => state.whatIf.p[index] !== null);
  const top = d3.scan(rivals, (a, b) => state.whatIf.p[b.index] - state.whatIf.p[a.index]);
  if (top === undefined) return { ...entry, p: null, stored: entry.group.payoff };
  return { ...rivals[top], best: true, p: state.whatIf.p[rivals[top].index], stored: entry.group.payoff };
}

/* The P at which the colours are full, for gains and for losses alike. */
const mapFull = Math.max(1.25, Math.min(4, d3.max(cells, (group) =>
  (group.payoff > 0 ? Math.max(group.payoff, 1 / group.payoff) : 1)) || 1));

/* How far from P = 1: 0 % to 100 % of the colour. */
function mapStrength(p) {
  return `${Math.round(100 * Math.min(1, Math.abs(Math.log(p)) / Math.log(mapFull)))}%`;
}

const VERDICT_CLASSES = new Map([
  ['pays', 'pays'], ['does not pay', 'does-not'], ['too close to call', 'close'],
]);

function cellClass(shown) {
  if (!(shown.p > 0)) return 'cell none';
  const side = shown.p >= 1 ? 'above' : 'below';
  const verdict = state.whatIf ? 'changed' : VERDICT_CLASSES.get(shown.group.verdict) || '';
  return `cell ${side} ${verdict}`;
}

function rangeText(group) {
  return group.payoff_low === null ? '' : `${ratio(group.payoff_low)} to ${ratio(group.payoff_high)}`;
}

function cellTip(shown) {
  const { group } = shown;
  return [
    ['P', shown.stored === undefined ? ratio(shown.p)
      : `${ratio(shown.p)} (stored ${ratio(shown.stored)})`],
    ['median draw', group.p_median === null ? '' : ratio(group.p_median)],
    ['8 of 10 draws', rangeText(group)],
    ['draws with P > 1', group.probability === null ? '' : percent(group.probability, 0)],
    ['verdict', group.verdict],
    ['why not', group.reason],
    ['at equal hardware', group.gain === null ? '' : `${ratio(group.gain)} times the throughput`],
    [`${subject.noun} adds`, group.engine_cost_share === null ? ''
      : `${percent(group.engine_cost_share)} to the price`],
    ['its price may rise',
      group.price_ratio_max > 0 ? `${ratio(group.price_ratio_max)} times` : ''],
    ['attention', group.attention_share === null ? '' : `${percent(group.attention_share, 0)} of the step`],
    [isAboutEngines ? 'engine' : `chip of the ${subject.noun}`,
      [group.engine, group.engine_maturity].filter(Boolean).join(', ')],
    ['limited by', group.engine_limited_by === 'none' ? '' : group.engine_limited_by],
    ['with', group.with],
    ['without', group.without],
    ['at the end of', group.at_border],
  ];
}

function cellSays(shown) {
  const title = cellTitle(shown.group);
  return shown.p > 0 ? `${title}: P ${ratio(shown.p)}, ${shown.group.verdict}`
    : `${title}: no answer. ${shown.group.reason || ''}`;
}

const ARROWS = new Map([
  ['ArrowLeft', [0, -1]], ['ArrowRight', [0, 1]], ['ArrowUp', [-1, 0]], ['ArrowDown', [1, 0]],
]);

/* Moves the focus inside a panel; a cell that is left out is stepped over. */
function moveFocus(from, [down, right]) {
  const rows = [...from.closest('tbody').rows];
  const line = (row) => [...row.cells].filter((cell) => cell.tagName === 'TD');
  let y = rows.indexOf(from.parentNode);
  let x = line(from.parentNode).indexOf(from);
  for (;;) {
    y += down;
    x += right;
    const next = rows[y] && line(rows[y])[x];
    if (!next) return;
    if (next.classList.contains('cell')) {
      d3.select(from).attr('tabindex', -1);
      next.tabIndex = 0;
      next.focus();
      return;
    }
  }
}

function cellKey(event, node, shown) {
  if (ARROWS.has(event.key)) {
    event.preventDefault();
    moveFocus(node, ARROWS.get(event.key));
  } else if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    chooseCell(shown);
  }
}

/* Shows the designs of a cell in the views below. */
function chooseCell(shown) {
  if (shown.index !== undefined) state.setCell(shown.index);
}

function drawCell(node, entry) {
  const shown = shownEntry(entry);
  const cell = d3.select(node).attr('class', cellClass(shown))
    .attr('aria-label', cellSays(shown))
    .attr('aria-selected', String(shown.index === state.cell && state.cell !== null))
    .style('--strength', shown.p > 0 ? mapStrength(shown.p) : '0%')
    .on('mouseenter', () => tooltip.show(d3.event, cellTitle(shown.group), cellTip(shown)))
    .on('mouseleave', () => tooltip.hide())
    .on('focus', () => tooltip.show(node, cellTitle(shown.group), cellTip(shown)))
    .on('blur', () => tooltip.hide())
    .on('click', () => chooseCell(shown))
    .on('keydown', () => cellKey(d3.event, node, shown));
  cell.selectAll('*').remove();
  cell.append('span').attr('class', 'p').text(ratio(shown.p));
  if (entry.best && shown.group.engine) {
    cell.append('span').attr('class', 'under').text(shown.group.engine);
  }
  if (shown.stored !== undefined) {
    cell.append('span').attr('class', 'stored').text(`was ${ratio(shown.stored)}`);
  }
}

function addMapHead(table, layout) {
  const head = table.append('thead').append('tr');
  head.append('th').attr('scope', 'col').text(layout.columnKey ? keyHeading(layout.columnKey) : '');
  head.selectAll('th.column').data(layout.columns).join('th').attr('class', 'column')
    .attr('scope', 'col').text((value) => (layout.columnKey ? keyText(layout.columnKey, value) : 'P'));
}

function addMapRows(table, layout, at) {
  const rows = table.append('tbody').selectAll('tr').data(layout.rows).join('tr');
  rows.append('th').attr('scope', 'row').each(function label(row) {
    const head = d3.select(this);
    addModelMark(head, row.model);
    head.append('span').text(row.model);
    if (row.rest) head.append('span').attr('class', 'under').text(row.rest);
  });
  rows.each(function line(row) {
    d3.select(this).selectAll('td').data(layout.columns.map((column) => at(row, column)))
      .join('td').filter((entry) => entry !== null).attr('role', 'gridcell').attr('tabindex', -1);
  });
}

function addPanel(parent, layout, { title, note, entries, main }) {
  const panel = parent.append('figure').attr('class', main ? 'panel main' : 'panel');
  const caption = panel.append('figcaption');
  caption.append('strong').text(title);
  if (note) caption.append('span').attr('class', 'note').text(note);
  const table = panel.append('div').attr('class', 'scroll').append('table')
    .attr('class', 'heat').attr('role', 'grid').attr('aria-label', `P with ${title}`);
  addMapHead(table, layout);
  addMapRows(table, layout, mapIndex(layout, entries));
  const filled = table.selectAll('td[role=gridcell]');
  filled.filter((entry, i) => i === 0).attr('tabindex', 0);
  const draw = () => filled.each(function cell(entry) { drawCell(this, entry); });
  state.on('cell', draw);
  state.on('whatIf', draw);
  draw();
}

/* "published, limited by temperature" */
function engineNote(group) {
  const limits = group.engine_limited_by;
  return [group.engine_maturity, limits && limits !== 'none' ? `limited by ${limits}` : '']
    .filter(Boolean).join(', ');
}

function addLegend(parent) {
  const legend = parent.append('p').attr('class', 'legend');
  const key = (kind, p, text) => {
    const item = legend.append('span');
    item.append('span').attr('class', `cell key ${kind}`).style('--strength', mapStrength(p));
    item.append('span').text(text);
  };
  key('above', mapFull, `bold: pays (full colour: P = ${ratio(mapFull)})`);
  key('below', 1 / mapFull, `plain: does not pay (full colour: P = ${ratio(1 / mapFull)})`);
  key('close', 1, 'hatched: too close to call');
}

/* Which cell is chosen, and the way to its designs, which stand further down. */
function addChosen(parent) {
  const box = parent.append('div').attr('class', 'chosen-cell').attr('aria-live', 'polite');
  followCell(box.node(), (inner, index) => {
    addSubject(inner, index);
    inner.append('a').attr('href', '#cell').text('See its two designs');
  });
}

function makeMap(body) {
  const layout = mapLayout(cells);
  const entries = cells.map((group, index) => ({ group, index }));
  const byEngine = d3.nest().key((entry) => engineOf(entry.group)).entries(entries);
  addLegend(d3.select(body));
  addChosen(d3.select(body));
  const panels = d3.select(body).append('div').attr('class', 'panels');
  if (byEngine.length > 1 && data.best.groups.length) {
    addPanel(panels, layout, { title: `the best ${subject.noun}`, entries: bestEntries(), main: true });
  }
  byEngine.forEach(({ key, values }) => addPanel(panels, layout, {
    title: key, note: engineNote(values[0].group), entries: values, main: byEngine.length === 1,
  }));
}

views.push({
  id: 'map',
  title: `Where ${subject.one} pays`,
  note: 'P: best throughput per unit of system price with it over the best without; each'
    + ' side chooses its own chip and mapping. Choose a cell to see its two designs below.',
  order: 10,
  wide: true,
  available: () => cells.length > 0,
  make: makeMap,
});
