/* The cells of the pay-off map: what names one, what it says, and its designs. A cell is an index in
 * data.payoff.groups. */
const cells = data.payoff.groups;

/* The columns that make the workload of a cell: all but the model and the subject. */
const workloadKeys = data.payoff.by.filter((name) => name !== 'model' && name !== subject.column);

/* The engine, or the chip of a pool, that a cell is about: with one in the question, also if no design
 * has it. */
function engineOf(group) {
  return (isAboutEngines ? group.engine_group : group[subject.column]) || group.engine;
}

/* The model of a cell; a study of one model does not say it in each. */
function cellModel(group) {
  return group.model || (models.length === 1 ? models[0] : '');
}

function keyText(name, value) {
  const { unit } = columnMeta(name);
  return typeof value !== 'number' || COUNTED_UNITS.includes(unit)
    ? String(value) : quantity(value, unit, 6);
}

/* "context, tokens" where the values leave the unit out. */
function keyHeading(name) {
  const { unit } = columnMeta(name);
  return COUNTED_UNITS.includes(unit) ? `${shortName(name)}, ${unit}` : shortName(name);
}

function workloadText(group) {
  return workloadKeys.map((name) => `${shortName(name)} ${keyText(name, group[name])}`).join(', ');
}

/* "deepseek-r1, context 65536, duplex" */
function cellTitle(group) {
  return [cellModel(group), workloadText(group), engineOf(group)].filter(Boolean).join(', ');
}

/* P with the changes of the what-if, or as stored. */
function cellPayoff(index) {
  return state.whatIf && state.whatIf.p ? state.whatIf.p[index] : cells[index].payoff;
}

/* Designs of cells that the page does not carry, priced by its model: index -> designs. */
const pricedDesigns = new Map();

/* {with, without, twin} as the study has them. The twin is the design with the subject, less the
 * subject. */
function storedDesigns(index) {
  const group = cells[index];
  return pricedDesigns.get(index) || {
    with: designOf(group.with_point),
    without: designOf(group.without_point),
    twin: designOf(group.twin_point),
  };
}

/* The designs to show: of the what-if where it has them. */
function shownDesigns(index) {
  const stored = storedDesigns(index);
  const changed = state.whatIf && state.whatIf.designs && state.whatIf.designs[index];
  return changed ? { ...stored, ...changed } : stored;
}

/* The three sides of a cell in the order in which views show them. */
const SIDES = [
  { name: 'with', text: `with ${subject.noun}` },
  { name: 'without', text: 'best without' },
  { name: 'twin', text: 'twin without' },
];

function sidesOf(index) {
  const designs = shownDesigns(index);
  return SIDES.map((side) => ({ ...side, design: designs[side.name] })).filter((side) => side.design);
}

/* The cell to open with: the highest P. */
function firstCell() {
  const best = d3.scan(cells, (a, b) => (b.payoff || 0) - (a.payoff || 0));
  return best === undefined ? null : best;
}

/* Fills `body` for the selected cell, and again when the cell, the what-if or the width changes. */
function followCell(body, draw) {
  const box = d3.select(body);
  const redraw = () => {
    box.selectAll('*').remove();
    if (state.cell !== null) draw(box, state.cell);
  };
  state.on('cell', redraw);
  state.on('whatIf', redraw);
  state.on('resize', redraw);
  redraw();
}

/* The line that says which cell a view is about. */
function addSubject(box, index) {
  const group = cells[index];
  const line = box.append('p').attr('class', 'subject');
  addModelMark(line, cellModel(group));
  line.append('strong').text(cellTitle(group));
  const now = cellPayoff(index);
  line.append('span').text(' ');
  line.append('span').attr('class', 'whole').text(`P = ${ratio(now)}`);
  if (state.whatIf && now !== group.payoff) {
    line.append('span').attr('class', 'stored').text(` was ${ratio(group.payoff)}`);
  }
}

/* The symbol of a model in its colour, for text. */
function addModelMark(parent, model) {
  parent.append('svg').attr('class', 'mark').attr('viewBox', '-6 -6 12 12').attr('aria-hidden', 'true')
    .append('path').attr('d', modelMark(model, 60)).attr('fill', modelColour(model));
}
