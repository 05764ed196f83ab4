/* What restricts the designs on show: a choice for each part of a design, and a chip for every filter
 * that is set, in this view or by a brush in another one. */

const MOST_CHOICES = 80; /* a longer list is no help: the table has a search */

/* Columns with a list of their values to choose from. */
const filterColumns = [...new Set(
  ['scenario', 'model', 'engine', ...poolColumns, ...workloadColumns, 'chip'])]
  .filter((name) => varyingColumns.some((column) => column.name === name)
    && distinctValues(name).length <= MOST_CHOICES);

function addColumnFilter(box, name) {
  const values = distinctValues(name);
  const { value } = points.column(name);
  const select = addSelect(box, shortName(name), ['', ...d3.range(values.length)],
    (i) => (i === '' ? 'all' : keyText(name, values[i]))).attr('id', `filter-${name}`);
  const filter = `is ${name}`;
  select.on('change', () => {
    const chosen = select.property('value');
    const only = values[Number(chosen)];
    state.setFilter(filter, chosen === '' ? null : (row) => value(row) === only,
      `${shortName(name)} ${keyText(name, only)}`);
  });
  return () => { if (!state.filters.has(filter)) select.property('value', ''); };
}

const FEASIBLE_CHOICES = [
  { text: 'all', test: null },
  { text: 'feasible', test: isFeasible },
  { text: 'infeasible', test: (row) => !isFeasible(row) },
];

function addFeasibleFilter(box) {
  const select = addSelect(box, 'feasible', d3.range(FEASIBLE_CHOICES.length),
    (i) => FEASIBLE_CHOICES[i].text).attr('id', 'filter-feasible');
  select.on('change', () => {
    const { text, test } = FEASIBLE_CHOICES[Number(select.property('value'))];
    state.setFilter('feasible', test, text);
  });
  return () => { if (!state.filters.has('feasible')) select.property('value', 0); };
}

/* ---- chips ---- */

function drawChips(box) {
  const chips = box.selectAll('button.chip').data([...state.filters], ([name]) => name)
    .join((enter) => {
      const chip = enter.append('button').attr('type', 'button').attr('class', 'chip');
      chip.append('span').attr('class', 'chip-text');
      chip.append('span').attr('aria-hidden', 'true').text('×');
      return chip;
    });
  chips.attr('aria-label', ([, { label }]) => `Remove the filter ${label}`)
    .on('click', ([name]) => state.setFilter(name, null))
    .select('.chip-text').text(([, { label }]) => label);
}

function remainText() {
  const kept = d3.sum(state.mask);
  const thinned = points.n < points.total
    ? ` on this page, of ${points.total} in the study` : '';
  return `${kept} of ${points.n} points remain${thinned}`;
}

function makeFilters(body) {
  const box = d3.select(body);
  const choices = box.append('div').attr('class', 'controls');
  const resets = [...filterColumns.map((name) => addColumnFilter(choices, name)),
    addFeasibleFilter(choices)];
  const line = box.append('div').attr('class', 'chips');
  const count = line.append('span').attr('class', 'remain').attr('role', 'status');
  const chips = line.append('span').attr('class', 'chips');
  const clear = addButton(line, 'Clear all filters', () => state.clearFilters()).attr('id', 'filters-clear');
  const draw = () => {
    resets.forEach((reset) => reset());
    drawChips(chips);
    clear.property('hidden', state.filters.size === 0);
    count.text(remainText());
  };
  state.on('filter', draw);
  draw();
}

views.push({
  id: 'filters',
  title: 'Filters of the designs',
  note: 'They hold for the three views below, where brushes set filters too.',
  order: 60,
  wide: true,
  available: () => points.n > 0,
  make: makeFilters,
});
